#include "sources/simulate/periodic_scenario.hpp"

#include <algorithm>
#include <cmath>

namespace cantrail::simulate {

PeriodicScenario::PeriodicScenario(std::shared_ptr<const dbc::DecodePlan> plan, Duration default_cycle,
                                   double bus_factor)
    : plan_(std::move(plan)) {
  const std::size_t count = plan_->messages().size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto declared = plan_->messages()[i].row->cycle_ms;
    const Duration cycle = declared ? Duration(std::chrono::milliseconds(*declared)) : default_cycle;
    const auto scaled =
        static_cast<std::int64_t>(std::llround(static_cast<double>(cycle.count()) / bus_factor));
    cycle_.push_back(Duration(std::max<std::int64_t>(1'000, scaled)));
    heap_.push_back({cycle_[i] * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(count), i});
  }
  std::make_heap(heap_.begin(), heap_.end(), Later{});
}

Duration PeriodicScenario::produce(Duration until, std::size_t limit, FrameBlock& out) {
  for (std::size_t made = 0; made < limit && !heap_.empty() && heap_.front().time < until; ++made) {
    std::pop_heap(heap_.begin(), heap_.end(), Later{});
    Due& due = heap_.back();
    append(due, out);
    due.time += cycle_[due.message];
    std::push_heap(heap_.begin(), heap_.end(), Later{});
  }
  return heap_.empty() ? Duration::max() : heap_.front().time;
}

std::vector<FrameRate> PeriodicScenario::rates() const {
  std::vector<FrameRate> all;
  for (std::size_t i = 0; i < cycle_.size(); ++i) {
    const dbc::MessagePlan& message = plan_->messages()[i];
    all.push_back({message.id, message.length_bytes, 1e9 / static_cast<double>(cycle_[i].count())});
  }
  return all;
}

// Values are clamped, so what can be refused is a contradiction: signals that overlap or hang over. Then each
// value is taken that agrees with those before it.
bool PeriodicScenario::encode(const dbc::MessagePlan& message) {
  constexpr dbc::EncodeOptions kClamped{.clamp = true, .fill = 0};
  if (dbc::encode(message, values_, data_, kClamped)) return true;
  std::vector<dbc::FieldValue> agreed;
  for (const dbc::FieldValue& value : values_) {
    agreed.push_back(value);
    if (!dbc::encode(message, agreed, data_, kClamped)) agreed.pop_back();
  }
  return dbc::encode(message, agreed, data_, kClamped).ok();
}

void PeriodicScenario::append(const Due& due, FrameBlock& out) {
  const dbc::MessagePlan& message = plan_->messages()[due.message];
  values_.clear();
  fill(due.message, due.time, values_);
  if (!encode(message)) return;
  const auto elapsed = static_cast<std::int64_t>(static_cast<double>(due.time.count()) / stamp.rate);
  const FrameFlags fd = data_.size() > kMaxClassicBytes ? kFlagFd : FrameFlags{0};
  data_.resize(fd != 0 ? fd_round_up_length(data_.size()) : data_.size(), 0);
  out.append({stamp.start + Duration(elapsed), message.id, with_origin(fd, TimeOrigin::host), stamp.channel,
              static_cast<std::uint8_t>(data_.size()), data_});
}

}  // namespace cantrail::simulate
