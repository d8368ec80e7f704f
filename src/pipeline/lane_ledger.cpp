#include "pipeline/lane_ledger.hpp"

#include <algorithm>
#include <utility>

#include "pipeline/sink_writer.hpp"

namespace cantrail {

void LaneLedger::owe_from(std::optional<std::uint64_t> record) {
  if (!place_) owed_from_ = record;
}

std::uint64_t LaneLedger::align(const RawBatch& first, std::uint32_t first_index) {
  const std::uint64_t start = first.first_record + first_index;
  const std::uint32_t epoch = first.position.epoch;
  if (!place_ || place_->epoch != epoch) {
    const bool stepped_back = place_ && epoch < place_->epoch;
    if (stepped_back && place_->epoch == epoch_) {
      current_ = {};
      owed_from_ = 0;
    }
    if (epoch == epoch_ && !owed_from_) owed_from_ = start;
    // An epoch is owed from its first record, but for an earlier one that the store's cursor lies in, and for
    // this one where the lane joined in its midst.
    const bool cursor_lies_in_it = (!place_ && epoch != epoch_) || stepped_back;
    const std::uint64_t owed = epoch == epoch_ ? *owed_from_ : 0;
    place_ = Place{epoch, cursor_lies_in_it ? start : owed};
    if (stepped_back) take_back(forget_from(epoch, start));
    if (epoch != epoch_) counted_.try_emplace(epoch, Counted{place_->record, place_->record});
  }
  if (start < place_->record) {
    take_back(place_->record - start);
    move_place(start);
    if (epoch == epoch_) owed_from_ = std::min(*owed_from_, start);
  }
  const std::uint64_t missing = start - place_->record;
  if (std::exchange(pass_over_, false)) {
    if (epoch == epoch_) *owed_from_ += missing;
    if (epoch != epoch_) counted_[epoch].from += missing;
    move_place(start);
    return 0;
  }
  move_place(start);
  book().dropped += missing;
  if (epoch != epoch_) earlier_.received += missing;
  return missing;
}

void LaneLedger::lose_earlier(std::uint64_t records) {
  earlier_.received += records;
  earlier_.dropped += records;
}

void LaneLedger::lose_here(std::uint64_t records) {
  Ledger& ledger = book();
  ledger.dropped += records;
  if (&ledger == &earlier_) earlier_.received += records;
  move_place(place_->record + records);
}

// What was counted of earlier epochs from this place on will be counted again. Returns how many records.
std::uint64_t LaneLedger::forget_from(std::uint32_t epoch, std::uint64_t record) {
  std::uint64_t records = 0;
  for (auto one = counted_.upper_bound(epoch); one != counted_.end(); one = counted_.erase(one)) {
    records += one->second.to - one->second.from;
  }
  if (const auto here = counted_.find(epoch); here != counted_.end()) {
    auto& [from, to] = here->second;
    records += to - std::clamp(record, from, to);
    from = std::min(from, record);
    to = record;
  }
  return records;
}

void LaneLedger::move_place(std::uint64_t record) {
  place_->record = record;
  if (place_->epoch == epoch_) return;
  Counted& counted = counted_[place_->epoch];
  counted.from = std::min(counted.from, record);
  counted.to = record;
}

// The store lost records that it had: they are not delivered any more.
void LaneLedger::take_back(std::uint64_t records) {
  Ledger& ledger = book();
  if (&ledger == &earlier_) earlier_.received -= std::min(earlier_.received, records);
  if (std::exchange(filtered_again_, false)) {
    const std::uint64_t taken = std::min(ledger.filtered, records);
    ledger.filtered -= taken;
    records -= taken;
  }
  for (std::uint64_t* column : {&ledger.delivered, &ledger.undecoded, &ledger.filtered, &ledger.superseded,
                                &ledger.rejected, &ledger.dropped}) {
    const std::uint64_t taken = std::min(*column, records);
    *column -= taken;
    records -= taken;
  }
}

void LaneLedger::settle(std::span<const BatchPtr> group, std::uint32_t first_index,
                        const WriteOutcome& outcome) {
  Ledger& ledger = book();
  add_fates(outcome, ledger);
  std::uint64_t records = 0;
  for (const BatchPtr& batch : group) records += batch->raw->records();
  records -= first_index;
  if (&ledger == &earlier_) earlier_.received += records;
  move_place(place_->record + records);
}

Ledger LaneLedger::current(std::uint64_t head_records) const {
  Ledger ledger = current_;
  const std::uint64_t owed = owed_from_.value_or(head_records);
  ledger.received = head_records - owed;
  ledger.pending = head_records - (place_ && place_->epoch == epoch_ ? place_->record : owed);
  return ledger;
}

WriteOutcome assume_delivered(std::span<const BatchPtr> group, std::uint32_t first_index) {
  WriteOutcome outcome;
  for (const BatchPtr& batch : group) {
    outcome.delivered += batch->raw->records() - batch->undecoded - batch->left_out.size();
    outcome.undecoded += batch->undecoded;
    outcome.filtered += batch->left_out.size();
  }
  std::uint64_t before = first_index;  // were counted when they were written
  for (std::uint64_t* column : {&outcome.delivered, &outcome.filtered, &outcome.undecoded}) {
    const std::uint64_t taken = std::min(*column, before);
    *column -= taken;
    before -= taken;
  }
  return outcome;
}

}  // namespace cantrail
