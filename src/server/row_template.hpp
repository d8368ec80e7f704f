// Texts with {placeholders} that a row fills in: `{component_id}` is a signal, by its label where it has one,
// else by its number, or a label of the stream ([copies]); `{id}` the identifier as a decimal number,
// `{channel}` and `{message}` what the row is of. `{signal:id}` is a signal of that name. Braces cannot be
// escaped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"

namespace cantrail::server {

struct RowTemplate {
  enum class Kind : std::uint8_t { text, signal, id, channel, message };
  struct Piece {
    Kind kind = Kind::text;
    std::string text;  // the text, or the signal's name
  };
  std::vector<Piece> pieces;

  [[nodiscard]] std::vector<std::string> signals() const;  // those that it names
};

// Fault `config`: a brace without its other half, an empty placeholder, or an empty text.
Result<RowTemplate> parse_row_template(std::string_view text);

}  // namespace cantrail::server
