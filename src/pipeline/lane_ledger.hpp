// The books of a durable lane. Batches pass in order and number their records, so what is missing between two
// of them shows as a jump, and what a store took back shows as a step backwards; both end in the right
// column. Groups lie within one epoch and have no jump inside. One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "component/sink.hpp"
#include "model/ledger.hpp"

namespace cantrail {

class LaneLedger {
 public:
  explicit LaneLedger(std::uint32_t epoch) : epoch_(epoch) {}

  // Of a lane that joins in the midst of the epoch, before its first batch: it owes the epoch from this
  // record on; nullopt: from the first that it is given. Afterwards: nothing happens.
  void owe_from(std::optional<std::uint64_t> record);

  // What lies between the last group and the next was handed over by another lane: this one does not owe it.
  void pass_over() { pass_over_ = true; }

  // Before a group is handed over: the place of its first record. Returns how many records are missing before
  // it; they count as dropped.
  std::uint64_t align(const RawBatch& first, std::uint32_t first_index);
  // The sink wants records again that it has filtered: those that the next align() takes back are such.
  void expect_filtered_again() { filtered_again_ = true; }
  // Records of earlier epochs that are known to be gone and lie before what is handed over next: no jump of
  // the numbers shows them, which begin anew with each epoch.
  void lose_earlier(std::uint64_t records);
  // Records behind the group written last, of its epoch, that nobody will hand over.
  void lose_here(std::uint64_t records);
  // After the group was written.
  void settle(std::span<const BatchPtr> group, std::uint32_t first_index, const WriteOutcome& outcome);

  // `head_records`: records sequenced in this epoch. pending is measured from record numbers.
  [[nodiscard]] Ledger current(std::uint64_t head_records) const;
  [[nodiscard]] const Ledger& earlier() const { return earlier_; }

 private:
  struct Place {
    std::uint32_t epoch = 0;
    std::uint64_t record = 0;  // number of the next record expected in that epoch
  };
  struct Counted {
    std::uint64_t from = 0, to = 0;  // numbers of records
  };
  [[nodiscard]] Ledger& book() { return place_->epoch == epoch_ ? current_ : earlier_; }
  std::uint64_t forget_from(std::uint32_t epoch, std::uint64_t record);
  void move_place(std::uint64_t record);
  void take_back(std::uint64_t records);

  std::uint32_t epoch_;
  std::optional<Place> place_;
  std::optional<std::uint64_t> owed_from_ = 0;  // record of this epoch; nullopt: not known yet
  Ledger current_, earlier_;
  std::map<std::uint32_t, Counted> counted_;  // in `earlier_`, by epoch
  bool filtered_again_ = false;
  bool pass_over_ = false;
};

// The fates of a group whose commit came through although its answer did not: as the decoder saw the records.
[[nodiscard]] WriteOutcome assume_delivered(std::span<const BatchPtr> group, std::uint32_t first_index);

}  // namespace cantrail
