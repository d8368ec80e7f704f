// Rows of one stream and minute as a file holds them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/schema.hpp"
#include "sinks/sqlite/row_chunk.hpp"

namespace cantrail::sqlite {

// What a plain row says beside its time and place.
struct PlainRow {
  std::int64_t key = 0;
  std::optional<std::uint32_t> can_id;  // where it is not the stream's
  std::string data, signals, labels;

  [[nodiscard]] std::size_t bytes() const { return data.size() + signals.size() + labels.size(); }
};

struct StoredChunk {
  std::int64_t partition = 0, stream = 0, origin = 0;
  const RowSchema* schema = nullptr;  // of the layout; of plain rows, what their signals show
  RowChunk rows;

  // Packed:
  std::int64_t key = 0, layout = 0;
  std::size_t bytes = 0;

  // Plain: one for each of the rows, which are all alike in what signals they have. Of `rows` then only
  // times, places and values are set.
  std::vector<PlainRow> plain;
  [[nodiscard]] bool is_plain() const { return !plain.empty(); }
};

}  // namespace cantrail::sqlite
