#include <cmath>
#include <functional>
#include <map>

#include "decode/dbc/copies.hpp"
#include "sources/simulate/grow_room_model.hpp"
#include "sources/simulate/periodic_scenario.hpp"
#include "sources/simulate/scenarios.hpp"

namespace cantrail::simulate {
namespace {

constexpr double kNoProbe = 327.67;  // 0x7FFF hundredths
constexpr double kHeartbeatMark = 0xAA55;

// What one node's sensors see.
struct View {
  GrowRoomModel& model;
  std::size_t room;
  [[nodiscard]] const RoomState& state() const { return model.room(room); }
};

using RoomReading = std::function<double(const View&)>;

double humidity_of(const View& view) {
  const RoomState& room = view.state();
  return 100 * room.vapour_hpa / saturation_hpa(room.dry_c);
}

const std::map<std::string, RoomReading, std::less<>>& room_readings() {
  static const std::map<std::string, RoomReading, std::less<>> all{
      {"PT100.temp_dry_c",
       [](const View& v) { return v.state().has_dry() ? v.state().dry_c + v.model.noise(0.03) : kNoProbe; }},
      {"PT100.temp_wet_c",
       [](const View& v) { return v.state().has_wet() ? v.state().wet_c + v.model.noise(0.03) : kNoProbe; }},
      {"PT100.message_count", [](const View& v) { return std::fmod(v.state().frames, 65'536); }},
      {"BME280.temperature_c", [](const View& v) { return v.state().dry_c + 0.6 + v.model.noise(0.05); }},
      {"BME280.humidity_percent", [](const View& v) { return humidity_of(v) + v.model.noise(0.4); }},
      {"BME280.pressure_hpa", [](const View& v) { return v.model.pressure_hpa() + v.model.noise(0.2); }},
      {"SCD30.co2_ppm",
       [](const View& v) { return v.state().warming_up_s > 0 ? 0 : v.state().co2_ppm + v.model.noise(8); }},
      {"SCD30.temperature_c", [](const View& v) { return v.state().dry_c + 0.9 + v.model.noise(0.05); }},
      {"SCD30.humidity_percent", [](const View& v) { return humidity_of(v) - 1 + v.model.noise(0.5); }},
      {"VL53.distance_mm", [](const View& v) { return v.state().canopy_mm + v.model.noise(6); }},
      {"VL53.ambient", [](const View& v) { return 40 + 900 * v.state().lamp + v.model.noise(12); }},
      {"VL53.signal", [](const View& v) { return 5'200 - 1'400 * v.state().lamp + v.model.noise(80); }},
      {"Heartbeat.mark", [](const View&) { return kHeartbeatMark; }},
      {"Heartbeat.uptime_ms", [](const View& v) { return v.state().uptime_s * 1000; }},
  };
  return all;
}

class GrowRoomScenario final : public PeriodicScenario {
 public:
  GrowRoomScenario(std::shared_ptr<const dbc::DecodePlan> decode_plan, const ScenarioOptions& options)
      : PeriodicScenario(std::move(decode_plan), std::chrono::seconds(1), options.bus_factor),
        model_(options.seed) {
    for (const dbc::MessagePlan& message : plan().messages()) {
      Message& one = messages_.emplace_back();
      const std::string* type = message.row->label(dbc::kTypeLabel);
      const std::string* node = message.row->label(kNode);
      if (node != nullptr) one.room = std::stoul(*node) - 1;
      one.counts = type != nullptr && *type == "PT100";
      for (const FieldSchema& field : message.row->fields) {
        const auto known =
            room_readings().find((type != nullptr ? *type : message.row->name) + "." + field.name);
        one.fields.push_back(known != room_readings().end() ? &known->second : nullptr);
        known_signals_ += known != room_readings().end() ? 1 : 0;
      }
    }
  }

  [[nodiscard]] std::size_t known_signals() const { return known_signals_; }

  static constexpr const char* kNode = "node";

 private:
  struct Message {
    std::size_t room = 0;
    bool counts = false;
    std::vector<const RoomReading*> fields;
  };

  void fill(std::size_t index, Duration time, std::vector<dbc::FieldValue>& values) override {
    model_.advance(std::chrono::duration<double>(time - now_).count());
    now_ = time;
    const Message& message = messages_[index];
    if (message.counts) model_.count_frame(message.room);
    for (std::size_t field = 0; field < message.fields.size(); ++field) {
      if (message.fields[field] != nullptr)
        values.push_back({field, (*message.fields[field])({model_, message.room})});
    }
  }

  GrowRoomModel model_;
  Duration now_{0};
  std::vector<Message> messages_;
  std::size_t known_signals_ = 0;
};

}  // namespace

std::vector<dbc::MessageCopies> grow_room_nodes() {
  dbc::MessageCopies nodes{GrowRoomScenario::kNode, 0x100, 1, {}, {}};
  for (std::size_t i = 1; i <= GrowRoomModel::kRooms; ++i) {
    nodes.copies.push_back({static_cast<std::int64_t>(i), "_" + std::to_string(i), {}});
  }
  return {nodes};
}

Result<std::unique_ptr<Scenario>> make_grow_room(std::shared_ptr<const dbc::DecodePlan> plan,
                                                 const ScenarioOptions& options) {
  auto scenario = std::make_unique<GrowRoomScenario>(std::move(plan), options);
  if (scenario->known_signals() == 0) {
    return Fault{FaultKind::config,
                 "the DBC of this grow room has none of its signals (PT100.temp_dry_c, SCD30.co2_ppm, …); "
                 "examples/grow-room/grow-room.dbc has them all"};
  }
  return std::unique_ptr<Scenario>(std::move(scenario));
}

}  // namespace cantrail::simulate
