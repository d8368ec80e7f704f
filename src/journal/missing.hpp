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
// that are gone make a stretch suspect; the numbers on both sides then say whether it held a batch, and how
// many records.
class Missing {
 public:
  // The reader begins at a cursor; `record` comes next there, if that is known. Nothing is known of the place
  // before the oldest one (epoch 0).
  void start_at(const Position& from, std::optional<std::uint64_t> record);
  // What lies at or behind `place`, which is at or before the cursor, is no older than this. Counts until a
  // batch has said more; of two places the later.
  void not_before(const SegmentName& place, WallTime begun);

  void suspect(GapReason reason);  // the first reason stands until take()
  // A segment was opened. A reader that knows nothing yet begins with it; `is_first` of its epoch.
  void enter_segment(const SegmentName& name, bool is_first);
  // The first whole epoch record of an epoch. `is_first` false: its segment lies in the midst of the epoch,
  // what was before it has not been read. `walked_epoch`: of the segment read before this one; 0: none.
  // `reason`: why the end of the epoch before is missing, if it is.
  void enter_epoch(std::uint32_t epoch, const EpochRecord& record, bool is_first, std::uint32_t walked_epoch,
                   GapReason reason);
  // A segment's own word on where its records begin.
  void state_of(const SegmentName& name, const StateRecord& record);
  void end_of_epoch(std::uint32_t epoch, const EndRecord& record);  // an orderly stop

  // A batch that nobody asked for: whatever is missing before it does not matter either.
  void pass(std::uint32_t epoch, const BatchHeader& batch);

  struct Loss {
    GapRecord gap;
    std::uint64_t earlier = 0;  // records of it that are known to be of epochs before the batch's
  };
  // A stretch is suspect: the next batch says whether anything is missing.
  [[nodiscard]] bool suspects() const { return reason_.has_value(); }
  // What is missing before this batch, if anything is, and goes behind the batch. A suspect stretch that held
  // no batch is no loss.
  [[nodiscard]] std::optional<Loss> take(std::uint32_t epoch, const BatchHeader& batch);

 private:
  void lose(std::optional<std::uint64_t> records);
  // The suspect stretch ends before this batch and record of the present epoch.
  void lose_up_to(std::uint64_t seq, std::uint64_t record);
  void begin_epoch(std::uint32_t epoch);

  std::uint32_t epoch_ = 0;     // 0: unknown
  std::uint64_t next_seq_ = 0;  // 0 is as good as 1
  std::optional<std::uint64_t> next_record_;
  bool ended_ = false;                // the present epoch, in order
  std::optional<WallTime> last_;      // of the batch before, or what not_before() says
  std::optional<SegmentName> bound_;  // of not_before()
  bool passed_any_ = false;
  std::optional<GapReason> reason_;
  bool lost_any_ = false;                  // in stretches before the present one
  std::optional<std::uint64_t> lost_ = 0;  // the same in records; nullopt: unknown
  std::uint64_t lost_earlier_ = 0;         // those known to be of epochs before the present one
};

}  // namespace cantrail::journal
