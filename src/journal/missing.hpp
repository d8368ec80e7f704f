// What a reader knows of where it is, and from that how much is missing when something is. One reader's.
#pragma once

#include <cstdint>
#include <optional>

#include "journal/batch_codec.hpp"
#include "journal/format.hpp"
#include "model/gap.hpp"
#include "model/position.hpp"

namespace cantrail::journal {

// Loss is never inferred from jumps of seq or of record numbers alone: a batch that could not be appended
// leaves such a jump, and the pipeline has written its own gap for it. Bytes that are damaged or segments
// that are gone make a stretch suspect; the record numbers on both sides then say how much it held.
class Missing {
 public:
  // The reader begins at a cursor. Nothing is known of the place before the oldest one (epoch 0).
  void start_at(const Position& from);

  void suspect(GapReason reason);  // the first reason stands until take()
  // The first segment of an epoch was entered, or one in its midst (`is_first` false: what was before it in
  // its epoch has not been read). `walked_epoch`: of the segment read before this one; 0: none. `reason`: why
  // the end of the epoch before is missing, if it is.
  void enter_epoch(std::uint32_t epoch, const EpochRecord& record, bool is_first, std::uint32_t walked_epoch,
                   GapReason reason);
  // A segment's own word on where its records begin: used by a reader that knows nothing yet.
  void enter_segment(std::uint32_t epoch, std::uint64_t next_record);
  void end_of_epoch(std::uint32_t epoch, const EndRecord& record);  // an orderly stop

  // A batch that nobody asked for: whatever is missing before it does not matter either.
  void pass(std::uint32_t epoch, const BatchHeader& batch);
  // The gap before this batch, if there is one, and goes behind the batch.
  [[nodiscard]] std::optional<GapRecord> take(std::uint32_t epoch, const BatchHeader& batch);

 private:
  void lose(std::optional<std::uint64_t> records);
  void lose_up_to(std::uint64_t record);

  std::uint32_t epoch_ = 0;  // 0: unknown
  std::uint64_t next_seq_ = 0;
  std::optional<std::uint64_t> next_record_;
  std::optional<WallTime> last_;
  std::optional<GapReason> reason_;
  std::optional<std::uint64_t> lost_ = 0;  // in stretches before the present one; nullopt: unknown
};

}  // namespace cantrail::journal
