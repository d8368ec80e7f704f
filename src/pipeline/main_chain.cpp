#include "pipeline/main_chain.hpp"

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
    for (Lane* lane : lanes_) lane->offer(batch);
    if (!queue.empty()) continue;
    for (Lane* lane : lanes_) lane->caught_up();
  }
}

}  // namespace cantrail
