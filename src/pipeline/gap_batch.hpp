// A batch that carries nothing but a gap: how a lane tells its own sink what that sink did not get.
#pragma once

#include "model/batch.hpp"

namespace cantrail {

// At `position` (of the last batch that is missing); behind it comes record `next_record` of the epoch.
[[nodiscard]] inline BatchPtr gap_batch(const RawBatch& like, Position position, std::uint64_t next_record,
                                        std::vector<GapRecord> gaps) {
  auto raw = std::make_shared<RawBatch>();
  raw->position = position;
  raw->first_record = next_record;
  raw->catalog = like.catalog;
  raw->source = kNoSource;
  raw->clock = like.clock;
  raw->gaps = std::move(gaps);
  auto batch = std::make_shared<Batch>();
  batch->raw = std::move(raw);
  return batch;
}

// Directly before `next`.
[[nodiscard]] inline BatchPtr gap_batch_before(const RawBatch& next, GapRecord gap) {
  Position position = next.position;
  position.seq -= position.seq != 0 ? 1 : 0;
  position.index = 0;
  return gap_batch(next, position, next.first_record, {std::move(gap)});
}

}  // namespace cantrail
