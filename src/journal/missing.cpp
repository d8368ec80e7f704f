#include "journal/missing.hpp"

#include <algorithm>

namespace cantrail::journal {

void Missing::start_at(const Position& from, std::optional<std::uint64_t> record) {
  epoch_ = from.epoch;
  next_seq_ = from.seq;
  next_record_ = record;
  if (from.epoch != 0 && from.seq <= 1) next_record_ = 0;
}

void Missing::not_before(const SegmentName& place, WallTime begun) {
  if (passed_any_ || (bound_ && place < *bound_)) return;
  bound_ = place;
  last_ = begun;
}

void Missing::suspect(GapReason reason) {
  if (!reason_) reason_ = reason;
}

void Missing::lose(std::optional<std::uint64_t> records) {
  lost_any_ = true;
  if (lost_ && records) {
    *lost_ += *records;
  } else {
    lost_.reset();
  }
}

void Missing::lose_up_to(std::uint64_t seq, std::uint64_t record) {
  if (seq <= std::max<std::uint64_t>(next_seq_, 1)) return;
  if (!next_record_) return lose(std::nullopt);
  lose(record - std::min(record, *next_record_));
}

// What was lost until now was of earlier ones.
void Missing::begin_epoch(std::uint32_t epoch) {
  lost_earlier_ = lost_.value_or(lost_earlier_);
  epoch_ = epoch;
  next_seq_ = 0;
  next_record_ = 0;
  ended_ = false;
}

void Missing::enter_segment(const SegmentName& name, bool is_first) {
  if (epoch_ != 0) return;
  epoch_ = name.epoch;  // nothing was asked of what lies before
  next_seq_ = name.first_seq;
  if (is_first) next_record_ = 0;
}

void Missing::enter_epoch(std::uint32_t epoch, const EpochRecord& record, bool is_first,
                          std::uint32_t walked_epoch, GapReason reason) {
  if (epoch == epoch_) return;
  // A segment of this epoch whose start was torn says nothing of the epochs in between.
  const std::uint32_t read_up_to = std::max(epoch_, walked_epoch < epoch ? walked_epoch : 0);
  if (record.before_epoch == epoch_) {
    if (record.before_seq > next_seq_ && record.before_record > next_record_.value_or(0)) {
      suspect(reason);
      lose_up_to(record.before_seq, record.before_record);
    }
  } else if (record.before_epoch > read_up_to || (record.before_epoch > epoch_ && record.before_record > 0)) {
    suspect(reason);
    // One whole run, where nothing can be missing of the one before it.
    const bool is_next = ended_ && record.before_epoch == epoch_ + 1;
    lose(is_next ? std::optional(record.before_record) : std::nullopt);
  }
  if (!is_first) suspect(reason);
  begin_epoch(epoch);
}

void Missing::state_of(const SegmentName& name, const StateRecord& record) {
  if (epoch_ == name.epoch && !next_record_ && next_seq_ == name.first_seq) next_record_ = record.next_record;
}

void Missing::end_of_epoch(std::uint32_t epoch, const EndRecord& record) {
  if (epoch != epoch_) return;
  if (reason_) lose_up_to(record.next_seq, record.next_record);
  next_seq_ = record.next_seq;
  next_record_ = record.next_record;
  ended_ = true;
}

void Missing::pass(std::uint32_t epoch, const BatchHeader& batch) {
  epoch_ = epoch;
  next_seq_ = batch.seq + 1;
  next_record_ = batch.first_record + batch.records;
  ended_ = false;
  last_ = WallTime{batch.wall_ns};
  passed_any_ = true;
  reason_.reset();
  lost_any_ = false;
  lost_ = lost_earlier_ = 0;
}

std::optional<Missing::Loss> Missing::take(std::uint32_t epoch, const BatchHeader& batch) {
  std::optional<Loss> loss;
  if (reason_) {
    if (epoch != epoch_) {  // its epoch record is damaged
      if (!ended_) lose(std::nullopt);
      begin_epoch(epoch);
    }
    lose_up_to(batch.seq, batch.first_record);
    const WallTime here{batch.wall_ns};
    if (lost_any_) {
      loss.emplace(Loss{{last_.value_or(here), here, *reason_, "journal", lost_, 0}, lost_earlier_});
    }
  }
  pass(epoch, batch);
  return loss;
}

}  // namespace cantrail::journal
