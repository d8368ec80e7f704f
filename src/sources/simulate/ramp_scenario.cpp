#include <algorithm>
#include <cmath>
#include <random>

#include "sources/simulate/periodic_scenario.hpp"
#include "sources/simulate/scenarios.hpp"

namespace cantrail::simulate {
namespace {

// The values a signal can have: its declared range where there is one, within what its bits can hold.
struct Range {
  double low = 0, high = 0;
};

Range range_of(const dbc::SignalPlan& signal, const FieldSchema& field) {
  Range raw;
  if (signal.kind != dbc::ValueKind::integer) {
    raw = {-100, 100};
  } else {
    const int bits = signal.length_bits;
    raw = signal.is_signed ? Range{-std::ldexp(1.0, bits - 1), std::ldexp(1.0, bits - 1) - 1}
                           : Range{0, std::ldexp(1.0, bits) - 1};
  }
  Range physical{raw.low * signal.factor + signal.offset, raw.high * signal.factor + signal.offset};
  if (physical.low > physical.high) std::swap(physical.low, physical.high);
  const double low = field.minimum.value_or(physical.low), high = field.maximum.value_or(physical.high);
  if (std::max(low, physical.low) < std::min(high, physical.high)) {
    return {std::max(low, physical.low), std::min(high, physical.high)};
  }
  return physical;
}

class RampScenario final : public PeriodicScenario {
 public:
  RampScenario(std::shared_ptr<const dbc::DecodePlan> decode_plan, const ScenarioOptions& options)
      : PeriodicScenario(std::move(decode_plan), std::chrono::milliseconds(100), options.bus_factor),
        frames_(plan().messages().size()) {
    std::mt19937_64 random(options.seed);
    for (const dbc::MessagePlan& message : plan().messages()) {
      auto& ramps = ramps_.emplace_back();
      for (std::size_t i = 0; i < message.signals.size(); ++i) {
        const double period_s = 8 + static_cast<double>(random() % 52'000) / 1'000;
        ramps.push_back({range_of(message.signals[i], message.row->fields[i]), period_s,
                         static_cast<double>(random() % 1'000) / 1'000});
      }
    }
  }

 private:
  struct Ramp {
    Range range;
    double period_s;
    double phase;  // of a period
  };

  void fill(std::size_t index, Duration time, std::vector<dbc::FieldValue>& values) override {
    const dbc::MessagePlan& message = plan().messages()[index];
    const std::uint64_t frame = frames_[index]++;
    selected_.assign(message.signals.size(), std::nullopt);
    for (std::size_t field = 0; field < message.signals.size(); ++field)
      choose_selector(message, field, frame);
    for (std::size_t field = 0; field < message.signals.size(); ++field) {
      if (!present(message, field)) continue;
      if (selected_[field]) {
        const auto raw = static_cast<double>(*selected_[field]);
        values.push_back({field, raw * message.signals[field].factor + message.signals[field].offset});
      } else {
        values.push_back(
            {field, ramp_value(ramps_[index][field], std::chrono::duration<double>(time).count())});
      }
    }
  }

  // A selector takes the values that switch something on, one frame after another.
  void choose_selector(const dbc::MessagePlan& message, std::size_t selector, std::uint64_t frame) {
    choices_.clear();
    for (const dbc::SignalPlan& signal : message.signals) {
      if (!signal.selector || *signal.selector != selector) continue;
      for (const dbc::SelectorRange& range : signal.ranges) {
        if (std::find(choices_.begin(), choices_.end(), range.from) == choices_.end())
          choices_.push_back(range.from);
      }
    }
    if (!choices_.empty()) selected_[selector] = choices_[frame % choices_.size()];
  }

  [[nodiscard]] bool present(const dbc::MessagePlan& message, std::size_t field) const {
    const dbc::SignalPlan& signal = message.signals[field];
    if (!signal.selector) return true;
    if (!selected_[*signal.selector] || !present(message, *signal.selector)) return false;
    return std::any_of(signal.ranges.begin(), signal.ranges.end(), [&](const dbc::SelectorRange& range) {
      return *selected_[*signal.selector] >= range.from && *selected_[*signal.selector] <= range.to;
    });
  }

  static double ramp_value(const Ramp& ramp, double seconds) {
    const double place = std::fmod(seconds / ramp.period_s + ramp.phase, 1.0);
    const double up_down = place < 0.5 ? 2 * place : 2 - 2 * place;
    return ramp.range.low + (ramp.range.high - ramp.range.low) * up_down;
  }

  std::vector<std::vector<Ramp>> ramps_;
  std::vector<std::uint64_t> frames_;  // made so far, by message
  std::vector<std::optional<std::uint64_t>> selected_;
  std::vector<std::uint64_t> choices_;
};

}  // namespace

Result<std::unique_ptr<Scenario>> make_ramps(std::shared_ptr<const dbc::DecodePlan> plan,
                                             const ScenarioOptions& options) {
  if (plan->messages().empty()) {
    return Fault{FaultKind::config,
                 options.name + " defines no message that fits a frame: nothing to simulate"};
  }
  return std::unique_ptr<Scenario>(std::make_unique<RampScenario>(std::move(plan), options));
}

}  // namespace cantrail::simulate
