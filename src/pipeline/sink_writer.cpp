#include "pipeline/sink_writer.hpp"

#include <algorithm>

namespace cantrail {

Status check_outcome(const WriteOutcome& outcome, std::uint64_t records, std::string_view sink) {
  const std::uint64_t told =
      outcome.delivered + outcome.filtered + outcome.undecoded + outcome.superseded + outcome.rejected.size();
  if (told == records) return {};
  return Fault{FaultKind::bug, "sink " + std::string(sink) + " was given " + std::to_string(records) +
                                   " records and tells the fate of " + std::to_string(told)};
}

void add_fates(const WriteOutcome& outcome, Ledger& ledger) {
  ledger.delivered += outcome.delivered;
  ledger.filtered += outcome.filtered;
  ledger.undecoded += outcome.undecoded;
  ledger.superseded += outcome.superseded;
  ledger.rejected += outcome.rejected.size();
}

Result<std::optional<Position>> SinkWriter::open() {
  filter_.restart();
  auto cursor = sink_->open(context_);
  if (!cursor) return cursor;
  open_ = true;
  if (catalog_) {
    if (auto told = sink_->catalog(nullptr, catalog_); !told) {
      close();
      return told.fault();
    }
  }
  return cursor;
}

void SinkWriter::close() {
  if (open_) sink_->close();
  open_ = false;
}

void SinkWriter::leave_out(std::vector<BatchPtr>& group) {
  if (filter_.lets_all_through()) return;
  for (BatchPtr& batch : group) batch = filter_.apply(batch);
}

Result<std::optional<Position>> SinkWriter::idle() {
  auto again = sink_->idle();
  if (again && *again) filter_.restart();
  return again;
}

Result<WriteOutcome> SinkWriter::write(std::span<const BatchPtr> batches, std::uint32_t first_index,
                                       const Position& expected, const Position& upto) {
  std::uint64_t records = 0, left_out = 0;
  for (const BatchPtr& batch : batches) {
    records += batch->raw->records();
    left_out += batch->left_out.size();
    const CatalogPtr& catalog = batch->raw->catalog;
    if (!catalog || (catalog_ && (catalog == catalog_ || catalog->digest == catalog_->digest))) continue;
    if (auto told = sink_->catalog(catalog_, catalog); !told) return told.fault();
    catalog_ = catalog;
  }
  if (!batches.empty()) left_out -= batches.front()->left_out_between(0, first_index);
  auto outcome = sink_->write(batches, expected, upto);
  if (!outcome) return outcome;
  const bool refused = outcome->durable && *outcome->durable != upto;
  if (refused) {
    filter_.restart();
  } else {
    outcome->filtered += left_out;
  }
  const Status counted = check_outcome(*outcome, refused ? 0 : records - first_index, context_.name);
  if (!counted) return counted.fault();
  return outcome;
}

}  // namespace cantrail
