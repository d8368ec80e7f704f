#include "pipeline/main_chain.hpp"

#include <algorithm>

namespace cantrail {

void MainChain::start() {
  thread_ = std::thread([this] { run(); });
}

void MainChain::stop() {
  if (thread_.joinable()) thread_.join();
}

void MainChain::run() {
  auto& queue = sequencer_.chain_queue();
  CompiledCatalogPtr catalog;
  while (!queue.finished()) {
    auto raw = queue.pop(std::chrono::seconds(1));
    if (!raw) continue;
    const Digest& digest = (*raw)->catalog->digest;
    if (!catalog || catalog->catalog->digest != digest) catalog = catalogs_->find(digest);
    const BatchPtr batch = decoder_.decode(std::move(*raw), catalog);
    tally_.add(*batch);
    offer(batch);
  }
}

void MainChain::offer(const BatchPtr& batch) {
  const std::lock_guard lock(mutex_);
  for (Lane* lane : lanes_) lane->offer(batch);
  if (sequencer_.chain_queue().empty()) {
    for (Lane* lane : lanes_) lane->caught_up();
  }
  last_seq_ = batch->begin().seq;
  end_record_ = batch->raw->first_record + batch->raw->records();
}

void MainChain::add(Lane& lane) {
  const std::lock_guard lock(mutex_);
  lane.joins(last_seq_, end_record_);
  lanes_.push_back(&lane);
}

void MainChain::remove(const Lane& lane) {
  const std::lock_guard lock(mutex_);
  lanes_.erase(std::remove(lanes_.begin(), lanes_.end(), &lane), lanes_.end());
}

}  // namespace cantrail
