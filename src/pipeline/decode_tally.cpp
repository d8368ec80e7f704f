#include "pipeline/decode_tally.hpp"

#include "base/text.hpp"

namespace cantrail {
namespace {

constexpr std::uint64_t kEnough = 200;  // records

}  // namespace

void DecodeTally::add(const Batch& batch) {
  const SourceId source = batch.raw->source;
  if (source == kNoSource || batch.raw->records() == 0) return;
  const std::lock_guard lock(mutex_);
  if (source >= counts_.size()) counts_.resize(source + 1);
  counts_[source].records += batch.raw->records();
  counts_[source].undecoded += batch.undecoded;
  for (const auto& [channel, losses] : batch.transport_losses) {
    losses_[batch.raw->catalog->channels[channel].alias].add(losses);
  }
}

std::map<std::string, TransportLosses> DecodeTally::transport_losses() const {
  const std::lock_guard lock(mutex_);
  return losses_;
}

std::string DecodeTally::complaint(SourceId source) const {
  const std::lock_guard lock(mutex_);
  if (source >= counts_.size()) return {};
  const auto& [records, undecoded] = counts_[source];
  if (records < kEnough || undecoded != records) return {};
  return "of " + format_count(records) + " frames its DBC knows none: is it the DBC of this bus?";
}

}  // namespace cantrail
