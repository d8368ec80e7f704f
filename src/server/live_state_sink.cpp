// Fills the live state from a live lane. Work per write is per stream and batch, not per row: of each block
// only the last row is looked at. Only raw frames are counted one by one.
#include <algorithm>
#include <utility>

#include "server/component_tally.hpp"
#include "server/frame_tally.hpp"
#include "server/live_state.hpp"

namespace cantrail::server {
namespace {

class LiveStateSink final : public Sink {
 public:
  explicit LiveStateSink(std::shared_ptr<LiveState> state)
      : state_(std::move(state)), frames_(state_->frames()), components_(state_->components()) {}

  [[nodiscard]] SinkTraits traits() const override { return {.prompt = true, .records = 1U << 16}; }

  Result<std::optional<Position>> open(const SinkContext& context) override {
    (void)context;
    return std::optional<Position>{};
  }

  Status catalog(const CatalogPtr& old_catalog, const CatalogPtr& new_catalog) override {
    (void)old_catalog;
    catalog_ = new_catalog;
    streams_.clear();
    for (StreamId id = 0; id < catalog_->streams.size(); ++id) {
      streams_.push_back({std::make_shared<const LatestRowMaker>(*catalog_, id), {}});
      streams_.back().earlier.resize(streams_.back().maker->remembered().size());
    }
    std::vector<std::shared_ptr<const LatestRowMaker>> makers;
    for (const Stream& stream : streams_) makers.push_back(stream.maker);
    state_->set_streams(std::move(makers));
    components_.set_catalog(catalog_);
    newest_.assign(catalog_->streams.size(), {});
    std::vector<std::string> channels;
    for (const ChannelInfo& channel : catalog_->channels) channels.push_back(channel.alias);
    state_->frames().set_channels(std::move(channels));
    return {};
  }

  Result<WriteOutcome> write(std::span<const BatchPtr> batches, const Position& expected,
                             const Position& upto) override {
    (void)expected;
    (void)upto;
    if (catalog_ == nullptr) return Fault{FaultKind::bug, "live state: rows came before the catalog"};
    WriteOutcome outcome;
    for (const BatchPtr& batch : batches) {
      note_newest(*batch, outcome);
      frames_.add(*batch->raw);
      components_.add(*batch);
    }
    frames_.publish();
    kept_.clear();
    components_.publish(kept_);
    settle(outcome);
    return outcome;
  }

  Status flush() override { return {}; }
  void close() override {}

 private:
  void note(const Batch& batch, const StreamBlock& block) {
    if (block.rows() == 0 || block.stream() >= newest_.size()) return;
    NewestRow& newest = newest_[block.stream()];
    if (newest.block == nullptr) touched_.push_back(block.stream());
    Stream& stream = streams_[block.stream()];
    if (!stream.earlier.empty()) {
      note_earlier(stream.maker->remembered(), block, batch.raw->clock.mono, stream.earlier);
    }
    newest = {block.stream(), &batch, &block, newest.rows + block.rows(), stream.earlier};
  }

  // All decoded records count as superseded at first; settle() moves those that are kept.
  void note_newest(const Batch& batch, WriteOutcome& outcome) {
    outcome.undecoded += batch.undecoded;
    outcome.superseded += batch.raw->records() - batch.undecoded - batch.left_out.size();
    for (const StreamBlock& block : batch.blocks) note(batch, block);
    for (const StreamBlock& block : batch.rows()) note(batch, block);
  }

  // A frame may have rows in several streams, or be kept for a component, and is one record; a derived row is
  // none.
  void settle(WriteOutcome& outcome) {
    rows_.clear();
    for (const StreamId id : touched_) rows_.push_back(std::exchange(newest_[id], {}));
    touched_.clear();
    state_->take(rows_);
    for (const NewestRow& newest : rows_) {
      if (!newest.block->frame().empty()) {
        kept_.emplace_back(newest.batch, newest.block->frame().back());
      } else if (is_record(*newest.batch, *newest.block)) {
        ++outcome.delivered;
        --outcome.superseded;
      }
    }
    std::sort(kept_.begin(), kept_.end());
    const auto kept = static_cast<std::uint64_t>(std::unique(kept_.begin(), kept_.end()) - kept_.begin());
    outcome.delivered += kept;
    outcome.superseded -= kept;
  }

  static bool is_record(const Batch& batch, const StreamBlock& block) {
    const auto rows = batch.rows();
    return std::any_of(rows.begin(), rows.end(),
                       [&](const StreamBlock& delivered) { return &delivered == &block; });
  }

  struct Stream {
    std::shared_ptr<const LatestRowMaker> maker;
    std::vector<EarlierValue> earlier;  // news that the state does not have yet
  };

  std::shared_ptr<LiveState> state_;
  CatalogPtr catalog_;
  std::vector<Stream> streams_;    // by stream id
  std::vector<NewestRow> newest_;  // by stream id; without a block between writes
  std::vector<StreamId> touched_;  // those that have one
  std::vector<NewestRow> rows_;
  std::vector<std::pair<const Batch*, std::uint32_t>> kept_;  // frames that were published
  FrameTally frames_;
  ComponentTally components_;
};

}  // namespace

std::unique_ptr<Sink> make_live_state_sink(std::shared_ptr<LiveState> state) {
  return std::make_unique<LiveStateSink>(std::move(state));
}

}  // namespace cantrail::server
