#include "pipeline/sequencer.hpp"

#include <algorithm>

namespace cantrail {
namespace {

GapReason in_common(GapReason a, GapReason b) {
  return a == b ? a : GapReason::journal_failed;
}

void renumber(std::vector<StreamBlock>& rows, const CatalogStore::Renumbered& ids) {
  for (StreamBlock& block : rows) {
    if (const auto now = ids.find(block.stream()); now != ids.end()) block.renumber(now->second);
  }
}

}  // namespace

void LostRecords::add(const RawBatch& batch) {
  const auto [begin, end] = time_span(batch);
  const GapReason why = reason_of_loss(batch.fate);
  reason = none() ? why : in_common(reason, why);
  from = none() ? begin : std::min(from, begin);
  to = none() ? end : std::max(to, end);
  ++batches;
  records += batch.records();
  last = batch.position;
  end_record = batch.first_record + batch.records();
  for (const GapRecord& gap : batch.gaps) {
    if (gaps.size() < kMostGaps) gaps.push_back(gap);
  }
}

void LostRecords::add(const LostRecords& later) {
  if (later.none()) return;
  from = none() ? later.from : std::min(from, later.from);
  to = none() ? later.to : std::max(to, later.to);
  reason = none() ? later.reason : in_common(reason, later.reason);
  batches += later.batches;
  records += later.records;
  last = later.last;
  end_record = later.end_record;
  for (const GapRecord& gap : later.gaps) {
    if (gaps.size() < kMostGaps) gaps.push_back(gap);
  }
}

void Sequencer::submit(std::shared_ptr<RawBatch> batch) {
  const std::size_t bytes = batch->memory_bytes();
  const std::lock_guard lock(mutex_);
  const CatalogStore::Newest catalog = catalogs_->newest();
  batch->catalog = CatalogStore::reference(catalog.compiled);
  if (catalog.renumbered) renumber(batch->rows, *catalog.renumbered);
  batch->position = next_;
  batch->first_record = records_;
  ++next_.seq;
  records_ += batch->records();
  const RawBatchPtr sealed = std::move(batch);
  if (!sealed->can_wait && journal_queue_.bytes() >= kJournalQueueBytes) {
    sealed->fate = JournalFate::lost;
    lost_.add(*sealed);
  } else {
    journal_queue_.push({sealed, std::exchange(lost_, {})}, bytes);
  }
  chain_queue_.push(sealed, bytes);
}

bool Sequencer::wait_for_room(Duration patience) {
  return journal_queue_.wait_for_room(kJournalQueueBytes / 2, patience) &&
         chain_queue_.wait_for_room(kJournalQueueBytes / 2, patience);
}

Sequencer::Head Sequencer::head() const {
  const std::lock_guard lock(mutex_);
  return {next_, records_};
}

LostRecords Sequencer::take_lost() {
  const std::lock_guard lock(mutex_);
  return std::exchange(lost_, {});
}

void Sequencer::close() {
  journal_queue_.close();
  chain_queue_.close();
}

}  // namespace cantrail
