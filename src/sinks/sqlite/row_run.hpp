// Rows of one stream that lie behind each other in one block of one batch.
#pragma once

#include <cstdint>

#include "model/batch.hpp"

namespace cantrail::sqlite {

struct RowRun {
  const Batch* batch = nullptr;
  const StreamBlock* block = nullptr;
  std::uint32_t from = 0, to = 0;  // rows of the block
  std::uint32_t first_record = 0;  // of rows that are records themselves: where row 0 is in the batch; of
                                   // derived rows: the record they came from
  bool rows_are_records = false;   // each by itself

  [[nodiscard]] std::uint32_t rows() const { return to - from; }
  [[nodiscard]] bool of_frames() const { return !block->frame().empty(); }
  [[nodiscard]] std::uint32_t record(std::uint32_t row) const {
    if (of_frames()) return block->frame()[row];
    return rows_are_records ? first_record + row : first_record;
  }
};

}  // namespace cantrail::sqlite
