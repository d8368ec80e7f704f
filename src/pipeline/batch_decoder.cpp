#include "pipeline/batch_decoder.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace cantrail {

// Blocks that came back. A store's lane gives back those of a whole group at once, and the main chain needs
// them all for the next one.
struct BatchDecoder::Recycler {
  static constexpr std::size_t kKeptBytes = 2U << 20;

  struct Set {
    std::vector<StreamBlock> blocks;
    std::size_t bytes = 0;
  };
  std::mutex mutex;
  std::vector<Set> sets;
  std::size_t kept_bytes = 0;

  std::vector<StreamBlock> take() {
    const std::lock_guard lock(mutex);
    if (sets.empty()) return {};
    std::vector<StreamBlock> blocks = std::move(sets.back().blocks);
    kept_bytes -= sets.back().bytes;
    sets.pop_back();
    return blocks;
  }

  void give_back(std::vector<StreamBlock> blocks) {
    std::size_t bytes = blocks.capacity() * sizeof(StreamBlock);
    for (const StreamBlock& block : blocks) bytes += block.memory_bytes();
    const std::lock_guard lock(mutex);
    if (kept_bytes + bytes > kKeptBytes) return;
    kept_bytes += bytes;
    sets.push_back({std::move(blocks), bytes});
  }
};

BatchDecoder::BatchDecoder() : recycler_(std::make_shared<Recycler>()) {}
BatchDecoder::~BatchDecoder() = default;

BatchPtr BatchDecoder::decode(RawBatchPtr raw, const CompiledCatalogPtr& catalog) {
  if (catalog != catalog_) {
    decoder_ = std::make_unique<dbc::Decoder>(catalog->channels);
    deriver_ = catalog->derivation == nullptr
                   ? nullptr
                   : std::make_unique<derive::Deriver>(catalog->derivation, catalog->catalog->streams.size());
    conversations_ = catalog->transport == nullptr
                         ? nullptr
                         : std::make_unique<transport::Conversations>(catalog->transport,
                                                                      catalog->catalog->streams.size());
    catalog_ = catalog;
  }
  if (raw->position.epoch != std::exchange(epoch_, raw->position.epoch)) forget();
  std::unique_ptr<Batch> batch = std::make_unique<Batch>();
  batch->blocks = recycler_->take();
  if (deriver_) deriver_->reclaim(batch->blocks);
  if (conversations_) conversations_->reclaim(batch->blocks);
  batch->undecoded = decoder_->decode(raw->frames, batch->blocks);
  if (conversations_ && !decoder_->aside().empty()) {
    batch->undecoded += conversations_->decode(raw->frames, decoder_->aside(), batch->blocks, batch->parts);
    conversations_->take_losses(batch->transport_losses);
  }
  if (deriver_) batch->produced = deriver_->derive(*raw, batch->blocks);
  batch->raw = std::move(raw);
  return {batch.release(), [recycler = recycler_](Batch* done) {
            recycler->give_back(std::move(done->blocks));
            delete done;
          }};
}

void BatchDecoder::forget() {
  if (conversations_) conversations_->forget();
  if (deriver_) deriver_->forget();
}

std::size_t memory_bytes(const Batch& batch) {
  std::size_t bytes = batch.raw->memory_bytes() + sizeof(Batch) + batch.blocks.size() * sizeof(StreamBlock);
  for (const StreamBlock& block : batch.blocks) bytes += block.memory_bytes();
  return bytes;
}

}  // namespace cantrail
