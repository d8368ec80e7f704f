#include "pipeline/journal_groups.hpp"

#include <utility>

#include "pipeline/gap_batch.hpp"

namespace cantrail {
namespace {

constexpr std::uint64_t kMostUndecodable = 4096;  // batches that one gap tells of

}  // namespace

bool says_something(const RawBatch& batch) {
  return batch.records() != 0 || !batch.gaps.empty();
}

bool continues(const RawBatch& last, const RawBatch& next) {
  return last.position.epoch == next.position.epoch &&
         last.first_record + last.records() == next.first_record &&
         (last.catalog == next.catalog || last.catalog->digest == next.catalog->digest);
}

void JournalGroups::reset() {
  reader_.reset();
  ahead_.reset();
}

// False: there is nothing, or nothing that may be handed over yet.
Result<bool> JournalGroups::look_ahead() {
  if (!ahead_) {
    auto item = reader_->next();
    if (!item) return item.fault();
    if (!*item) return false;
    ahead_ = std::move(**item);
  }
  return parts_.writer.may_be_stored(*ahead_->batch);
}

Result<JournalGroups::Group> JournalGroups::next(const Position& from, const SinkTraits& most) {
  if (!reader_) {
    auto reader = parts_.journal.read(from);
    if (!reader) return reader.fault();
    reader_ = std::move(*reader);
    begins_anew_ = true;
  }
  Group group;
  std::size_t records = 0, bytes = 0;
  while (records < most.records && bytes < most.bytes) {
    const auto more = look_ahead();
    if (!more && group.batches.empty()) return more.fault();
    if (!more || !*more) break;  // a fault comes again
    const auto catalog = catalog_of(*reader_, *ahead_);
    const bool is_lost = !catalog && catalog.fault().kind == FaultKind::corrupt;
    if (!catalog && !is_lost && group.batches.empty()) return catalog.fault();
    if (!catalog && !is_lost) break;
    ahead_->batch->catalog = CatalogStore::reference(is_lost ? parts_.catalogs->current() : *catalog);
    if ((ahead_->missing || is_lost) && !group.batches.empty()) break;
    if (ahead_->missing) return take_missing();
    if (is_lost) return take_undecodable();
    if (!group.batches.empty() && !continues(*group.batches.back()->raw, *ahead_->batch)) break;
    if (begins_anew_) {
      const auto recalled = recall(*ahead_->batch, **catalog);
      if (!recalled) return recalled.fault();
      if (!*recalled) return Group{};  // rows that know half of it would be wrong
      begins_anew_ = false;
    }
    const BatchPtr batch = decode_ahead(*catalog);
    if (!says_something(*batch->raw)) continue;
    records += batch->raw->records();
    bytes += memory_bytes(*batch);
    group.batches.push_back(batch);
  }
  group.at_end = group.batches.empty() && !ahead_ && !reader_->suspects();
  return group;
}

// What named signals and transport protocols remember at `first`, the batch to be read next: decodes what the
// plan reaches back to, and nothing comes of it. Times are those of sealing; what comes late is late by about
// the same then as now. False: there was no time for all of it.
Result<bool> JournalGroups::recall(const RawBatch& first, const CompiledCatalog& catalog) {
  constexpr Duration kMargin = std::chrono::seconds(5);
  decoder_.forget();
  if (catalog.lookback_ns() == 0) return true;
  const Duration reach = std::chrono::nanoseconds(catalog.lookback_ns()) + kMargin;
  auto reader = parts_.journal.read_from_time(first.clock.wall - reach);
  if (!reader) return reader.fault();
  while (!parts_.out_of_time()) {
    auto item = (*reader)->next();
    if (!item) return item.fault();
    if (!*item || (*item)->batch->position >= first.position) return true;
    if ((*item)->batch->position.epoch != first.position.epoch) continue;
    if ((*item)->catalog != catalog.catalog->digest) continue;
    const auto of_item = catalog_of(**reader, **item);
    if (!of_item) return of_item.fault();
    auto& raw = (*item)->batch;
    raw->catalog = CatalogStore::reference(*of_item);
    leave_out_misfits(*raw);
    (void)decoder_.decode(raw, *of_item);
  }
  return false;
}

Result<CompiledCatalogPtr> JournalGroups::catalog_of(JournalReader& reader, const JournalReader::Item& item) {
  // A gap may have been written without a catalog: there is nothing to decode.
  if (item.catalog == Digest{} && item.batch->records() == 0) return parts_.catalogs->current();
  if (auto known = parts_.catalogs->find(item.catalog)) return known;
  auto definition = reader.definition(item.catalog);
  if (!definition) return definition.fault();
  return parts_.catalogs->add(*definition);
}

BatchPtr JournalGroups::decode_ahead(const CompiledCatalogPtr& catalog) {
  auto raw = std::exchange(ahead_, std::nullopt)->batch;
  leave_out_misfits(*raw);
  return decoder_.decode(std::move(raw), catalog);
}

// Told before the batch it was found at.
JournalGroups::Group JournalGroups::take_missing() {
  GapRecord gap = *std::exchange(ahead_->missing, std::nullopt);
  parts_.gaps.add(gap);
  return {{gap_batch_before(*ahead_->batch, std::move(gap))}, ahead_->missing_earlier, 0, false};
}

// Batches whose catalog the journal has lost: their bytes are there, and nobody can say what they mean.
Result<JournalGroups::Group> JournalGroups::take_undecodable() {
  const Digest digest = ahead_->catalog;
  const std::uint64_t first_record = ahead_->batch->first_record;
  LostRecords lost;
  std::shared_ptr<RawBatch> last;
  for (;;) {
    last = std::exchange(ahead_, std::nullopt)->batch;
    lost.add(*last);
    if (lost.batches == kMostUndecodable) break;
    const auto more = look_ahead();
    if (!more || !*more) break;  // the fault comes again
    const bool goes_on = ahead_->catalog == digest && !ahead_->missing &&
                         ahead_->batch->position.epoch == last->position.epoch;
    if (!goes_on) break;
  }
  last->catalog = CatalogStore::reference(parts_.catalogs->current());
  const GapRecord gap{lost.from, lost.to, GapReason::journal_corrupt, "journal", lost.records, 0};
  parts_.gaps.add(gap);
  lost.gaps.push_back(gap);
  for (GapRecord& one : lost.gaps) one.before_index = 0;
  BatchPtr told = gap_batch(*last, lost.last, first_record, std::move(lost.gaps));
  return Group{{std::move(told)}, 0, lost.records, false};
}

}  // namespace cantrail
