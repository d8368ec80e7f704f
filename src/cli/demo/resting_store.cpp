#include "cli/demo/resting_store.hpp"

#include <utility>

namespace cantrail::cli::demo {
namespace {

class RestingStore final : public Sink {
 public:
  RestingStore(std::unique_ptr<Sink> sink, std::function<bool()> rests)
      : sink_(std::move(sink)), rests_(std::move(rests)) {}

  [[nodiscard]] SinkTraits traits() const override { return sink_->traits(); }
  Result<std::optional<Position>> open(const SinkContext& context) override {
    if (rests_()) return away();
    return sink_->open(context);
  }
  Status catalog(const CatalogPtr& old_catalog, const CatalogPtr& new_catalog) override {
    return sink_->catalog(old_catalog, new_catalog);
  }
  Result<WriteOutcome> write(std::span<const BatchPtr> batches, const Position& expected,
                             const Position& upto) override {
    if (rests_()) return away();
    return sink_->write(batches, expected, upto);
  }
  Status flush() override { return sink_->flush(); }
  void close() override { sink_->close(); }
  [[nodiscard]] std::shared_ptr<HistoryReader> history() override { return sink_->history(); }
  [[nodiscard]] std::optional<StoreCheck> check() const override { return sink_->check(); }

 private:
  static Fault away() { return {FaultKind::unavailable, "stopped by hand"}; }

  std::unique_ptr<Sink> sink_;
  std::function<bool()> rests_;
};

}  // namespace

std::unique_ptr<Sink> make_resting_store(std::unique_ptr<Sink> sink, std::function<bool()> rests) {
  return std::make_unique<RestingStore>(std::move(sink), std::move(rests));
}

}  // namespace cantrail::cli::demo
