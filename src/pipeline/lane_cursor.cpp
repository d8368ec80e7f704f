// What a durable lane does with the cursor that its store has.
#include <algorithm>
#include <utility>

#include "pipeline/durable_lane.hpp"

namespace cantrail {

// The store's word counts: an older cursor is followed back, a newer one means that an unanswered commit was
// made. A store without a cursor begins where this lane began when it was first seen, even if that was some
// runs ago.
Status DurableLane::obey(const std::optional<Position>& stored) {
  if (stored) {
    if (auto ours = check_origin(*stored); !ours) return ours;
    auto& batches = unanswered_.batches;
    const Position brought_to = batches.empty() ? cursor_ : batches.back()->end();
    const bool comes_back = parts_.books && !furthest_;
    furthest_ = std::max(furthest_.value_or(*stored), *stored);
    // It may have the first batches of the group only, where it commits more than once a write.
    const auto has = std::find_if(batches.begin(), batches.end(),
                                  [&](const BatchPtr& batch) { return *stored < batch->end(); });
    batches.erase(has, batches.end());
    if (!batches.empty()) {
      const std::lock_guard lock(mutex_);
      settle(unanswered_, cursor_.index, assume_delivered(batches, cursor_.index));
    }
    if (parts_.joins_at && stored->epoch == parts_.journal.epoch()) owe_from(std::nullopt);
    if (comes_back && brought_to < *stored) pass_over();
    cursor_ = *stored;
    warn_of_older_journal();
  } else {
    Position now{parts_.journal.id(), parts_.journal.epoch(), 0, 0};
    if (parts_.joins_at) now.seq = parts_.joins_at->next.seq;
    const Position oldest{parts_.journal.id(), 0, 0, 0};
    const auto damaged = parts_.starts.is_damaged();
    if (!damaged) return damaged.status();
    const bool from_oldest = parts_.from_oldest || *damaged;
    auto start = parts_.starts.start_of(status_.name, from_oldest ? oldest : now);
    if (!start) return start.status();
    cursor_ = start->position;
    if (start->is_new && parts_.joins_at && !from_oldest) owe_from(parts_.joins_at->records);
    const bool holds_more =
        parts_.journal.past().existed || (parts_.joins_at && parts_.joins_at->records != 0);
    if (start->is_new && *damaged) {
      parts_.context.log.write(Severity::warning, status_.name,
                               "the file `lanes` of the journal is damaged: the store begins with the oldest "
                               "that the journal has, to be sure that nothing is missing");
    } else if (start->is_new && !from_oldest && holds_more) {
      parts_.context.log.write(Severity::note, status_.name,
                               "a new store: it gets what comes from now on. The journal holds more; "
                               "from = \"oldest\" on a new sink begins with that");
    }
  }
  unanswered_ = {};
  from_journal_.reset();
  fall_behind();
  return {};
}

// A lane that joins a running node owes of this epoch what comes from there on.
void DurableLane::owe_from(std::optional<std::uint64_t> record) {
  const std::lock_guard lock(mutex_);
  ledger_.owe_from(record);
}

// While this lane was away, one of another name went on with its store.
void DurableLane::pass_over() {
  const std::lock_guard lock(mutex_);
  ledger_.pass_over();
}

// Fault `config`: the store has a cursor that it cannot have got from here. To go on from it would pass over
// records of this journal that the store does not have.
Status DurableLane::check_origin(const Position& stored) {
  std::string reach;
  if (furthest_) {
    if (stored <= *furthest_) return {};
    reach = "this run brought it to " + to_string(*furthest_);
  } else if (parts_.joins_at && stored.epoch == parts_.journal.epoch()) {
    // A lane of this run wrote it, under this name or another.
    if (stored <= parts_.joins_at->next) return {};
    reach = "this run has got to " + to_string(parts_.joins_at->next);
  } else {
    const auto last = parts_.starts.last_open(status_.name, parts_.journal.id());
    if (!last) return last.status();
    const std::uint32_t epoch = parts_.journal.epoch();
    if (stored.epoch < epoch && stored.epoch <= last->value_or(epoch)) return {};
    // A store that another lane went on with while this one had another name, or none.
    const auto of_any = parts_.starts.last_open_of_any(parts_.journal.id());
    if (!of_any) return of_any.status();
    if (stored.epoch < epoch && stored.epoch <= of_any->value_or(0)) return {};
    reach = *last ? "it was last fed from here in epoch " + std::to_string(**last)
                  : "this is the first run that feeds it from here, epoch " + std::to_string(epoch);
  }
  return {FaultKind::config, "the store was written up to " + to_string(stored) + " of this journal, but " +
                                 reach +
                                 ": was the journal's folder copied, or restored from a backup? Move it away "
                                 "and a new journal begins, or give this node a store of its own"};
}

// Before the store's cursor moves for the first time in this run.
bool DurableLane::note_open() {
  if (noted_open_) return true;
  if (auto noted = parts_.starts.note_open(status_.name, parts_.journal.id(), parts_.journal.epoch());
      !noted) {
    back_off(noted.fault());
    return false;
  }
  return noted_open_ = true;
}

// A power cut may take from the journal what a store has already, and a full disk may have kept it from
// there, but not of sources that resume; anything else is a journal from a backup, or one of which somebody
// removed the newest segments.
void DurableLane::warn_of_older_journal() {
  const auto& end = parts_.journal.past().end;
  if (!end || cursor_.epoch == parts_.journal.epoch() || !(*end < cursor_)) return;
  if (std::exchange(warned_of_older_journal_, true)) return;
  parts_.context.log.write(Severity::warning, status_.name,
                           "the store has records up to " + to_string(cursor_) + ", the journal only up to " +
                               to_string(*end) +
                               ": after a power cut, or a crash on a full disk, that is as it should be; "
                               "after a restored backup, sources that read recordings read them again and "
                               "the store will hold those records twice");
}

}  // namespace cantrail
