#include "pipeline/fresh_history.hpp"

#include "pipeline/durable_lane.hpp"

namespace cantrail {
namespace {

class FreshHistory final : public HistoryReader {
 public:
  FreshHistory(std::shared_ptr<LaneDoor> door, std::shared_ptr<HistoryReader> reader)
      : door_(std::move(door)), reader_(std::move(reader)) {}

  Result<std::vector<HistoryRow>> rows(const HistoryQuery& query) override { return fresh().rows(query); }
  Result<std::vector<HistoryRow>> latest() override { return fresh().latest(); }
  Result<std::vector<GapRecord>> gaps(std::optional<WallTime> since, std::optional<WallTime> until,
                                      std::size_t limit) override {
    return fresh().gaps(since, until, limit);
  }
  Result<HistoryStats> stats() override { return fresh().stats(); }
  Result<std::vector<SignalName>> signals() override { return fresh().signals(); }
  Result<Series> series(const SeriesQuery& query) override { return fresh().series(query); }

 private:
  HistoryReader& fresh() {
    constexpr Duration kPatience = std::chrono::seconds(1);
    const std::lock_guard lock(door_->mutex);
    if (door_->lane != nullptr) door_->lane->freshen(kPatience);
    return *reader_;
  }

  std::shared_ptr<LaneDoor> door_;
  std::shared_ptr<HistoryReader> reader_;
};

}  // namespace

std::shared_ptr<HistoryReader> fresh_history(std::shared_ptr<LaneDoor> door,
                                             std::shared_ptr<HistoryReader> reader) {
  return std::make_shared<FreshHistory>(std::move(door), std::move(reader));
}

}  // namespace cantrail
