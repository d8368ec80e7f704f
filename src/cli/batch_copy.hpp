// A batch's content under another catalog or position.
#pragma once

#include <memory>
#include <vector>

#include "model/batch.hpp"

namespace cantrail::cli {

// Everything of it, but for what became of it at the journal.
[[nodiscard]] inline std::shared_ptr<RawBatch> copy_of(const RawBatch& from) {
  auto raw = std::make_shared<RawBatch>();
  raw->position = from.position;
  raw->first_record = from.first_record;
  raw->catalog = from.catalog;
  raw->source = from.source;
  raw->clock = from.clock;
  raw->frames = from.frames;
  raw->gaps = from.gaps;
  for (const StreamBlock& rows : from.rows) {
    std::vector<std::uint32_t> all(rows.rows());
    for (std::uint32_t row = 0; row < all.size(); ++row) all[row] = row;
    raw->rows.emplace_back().take(rows, all);
  }
  return raw;
}

}  // namespace cantrail::cli
