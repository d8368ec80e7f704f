// How a configuration names streams and fields: "[channel:]Stream.field" as the name of one field.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/status.hpp"
#include "model/catalog.hpp"

namespace cantrail {

// Views into the text that was split. Empty: not said.
struct StreamReference {
  std::string_view channel, stream, field;
};

[[nodiscard]] StreamReference split_reference(std::string_view text);

struct FieldPlace {
  StreamId stream = 0;
  std::size_t field = 0;  // index into RowSchema::fields
};

// The one field that the text names. Fault `config` otherwise: several ("ambiguous", with all of them), none
// (with the nearest name), no field said.
[[nodiscard]] Result<FieldPlace> resolve_field(const Catalog& catalog, std::string_view text);

// Whether a pattern (stream_pattern.hpp) means any stream of the catalog, or any field of one.
[[nodiscard]] bool fits_any(std::string_view pattern, const Catalog& catalog);

// The stream or field of the catalog whose name is nearest to a pattern's; nullopt: none is near.
[[nodiscard]] std::optional<std::string> nearest_stream(std::string_view pattern, const Catalog& catalog);

}  // namespace cantrail
