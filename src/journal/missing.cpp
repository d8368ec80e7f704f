#include "journal/missing.hpp"

#include <algorithm>

namespace cantrail::journal {

void Missing::start_at(const Position& from) {
  epoch_ = from.epoch;
  next_seq_ = from.seq;
  if (from.epoch != 0 && from.seq <= 1) next_record_ = 0;
}

void Missing::suspect(GapReason reason) {
  if (!reason_) reason_ = reason;
}

void Missing::lose(std::optional<std::uint64_t> records) {
  if (lost_ && records) {
    *lost_ += *records;
  } else {
    lost_.reset();
  }
}

void Missing::lose_up_to(std::uint64_t record) {
  if (!next_record_) return lose(std::nullopt);
  lose(record - std::min(record, *next_record_));
}

void Missing::enter_epoch(std::uint32_t epoch, const EpochRecord& record, bool is_first,
                          std::uint32_t walked_epoch, GapReason reason) {
  if (epoch == epoch_) return;
  if (epoch_ == 0) {  // nothing was asked of what lies before
    epoch_ = epoch;
    if (is_first) next_record_ = 0;
    return;
  }
  if (record.before_epoch == epoch_) {
    if (record.before_seq > next_seq_ && record.before_record > next_record_.value_or(0)) {
      suspect(reason);
      lose_up_to(record.before_record);
    }
  } else if (record.before_epoch > std::max(epoch_, walked_epoch) ||
             (record.before_epoch > epoch_ && record.before_record > 0)) {
    suspect(reason);
    lose(std::nullopt);
  }
  if (!is_first) suspect(GapReason::journal_cap);
  epoch_ = epoch;
  next_seq_ = 0;
  next_record_ = 0;
}

void Missing::enter_segment(std::uint32_t epoch, std::uint64_t next_record) {
  if (epoch_ == 0) epoch_ = epoch;
  if (epoch_ == epoch && !next_record_ && next_seq_ == 0) next_record_ = next_record;
}

void Missing::end_of_epoch(std::uint32_t epoch, const EndRecord& record) {
  if (epoch != epoch_) return;
  if (reason_) lose_up_to(record.next_record);
  next_seq_ = record.next_seq;
  next_record_ = record.next_record;
}

void Missing::pass(std::uint32_t epoch, const BatchHeader& batch) {
  epoch_ = epoch;
  next_seq_ = batch.seq + 1;
  next_record_ = batch.first_record + batch.records;
  last_ = WallTime{batch.wall_ns};
  reason_.reset();
  lost_ = 0;
}

std::optional<GapRecord> Missing::take(std::uint32_t epoch, const BatchHeader& batch) {
  std::optional<GapRecord> gap;
  if (reason_) {
    if (epoch == epoch_) {
      lose_up_to(batch.first_record);
    } else {
      lose(std::nullopt);
    }
    const WallTime here{batch.wall_ns};
    gap.emplace(GapRecord{last_.value_or(here), here, *reason_, "journal", lost_, 0});
  }
  pass(epoch, batch);
  return gap;
}

}  // namespace cantrail::journal
