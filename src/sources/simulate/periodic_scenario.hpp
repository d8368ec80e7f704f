// A bus on which every message has a cycle time: the frame of each scenario.
#pragma once

#include <memory>
#include <vector>

#include "decode/dbc/encoder.hpp"
#include "decode/dbc/plan.hpp"
#include "sources/simulate/scenario.hpp"

namespace cantrail::simulate {

class PeriodicScenario : public Scenario {
 public:
  Duration produce(Duration until, std::size_t limit, FrameBlock& out) override;
  [[nodiscard]] std::vector<FrameRate> rates() const override;

 protected:
  // Messages without a cycle time in the DBC get `default_cycle`; first frames are spread over the cycle.
  PeriodicScenario(std::shared_ptr<const dbc::DecodePlan> plan, Duration default_cycle, double bus_factor);

  [[nodiscard]] const dbc::DecodePlan& plan() const { return *plan_; }

  // The values of one frame of messages()[message] at this simulated time; times never go back.
  virtual void fill(std::size_t message, Duration time, std::vector<dbc::FieldValue>& values) = 0;

 private:
  struct Due {
    Duration time;
    std::size_t message;
  };
  struct Later {
    bool operator()(const Due& a, const Due& b) const {
      return a.time != b.time ? a.time > b.time : a.message > b.message;
    }
  };

  [[nodiscard]] bool encode(const dbc::MessagePlan& message);
  void append(const Due& due, FrameBlock& out);

  std::shared_ptr<const dbc::DecodePlan> plan_;
  std::vector<Duration> cycle_;
  std::vector<Due> heap_;
  std::vector<dbc::FieldValue> values_;
  std::vector<std::uint8_t> data_;
};

}  // namespace cantrail::simulate
