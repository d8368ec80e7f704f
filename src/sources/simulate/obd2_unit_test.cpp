// What simulated control units answer, read by the built-in DBC.
#include "sources/simulate/obd2_unit.hpp"

#include <map>

#include <gtest/gtest.h>

#include "decode/dbc/parser.hpp"
#include "decode/dbc/plan.hpp"
#include "decode/obd2/answers.hpp"
#include "decode/transport/payload_row.hpp"

namespace cantrail::simulate {
namespace {

using Bytes = Obd2Unit::Bytes;

std::map<std::string, double> decode(const Bytes& payload) {
  static const auto plan = [] {
    const auto parsed = dbc::parse(obd2::built_in_dbc(), "obd2.dbc");
    Diagnostics diagnostics;
    return dbc::DecodePlan::compile(parsed->database, diagnostics);
  }();
  const dbc::MessagePlan& message = *plan->find(0x7E8);
  Bytes frame{static_cast<std::uint8_t>(payload.size())};
  frame.insert(frame.end(), payload.begin(), payload.end());
  StreamBlock block;
  block.reset(0, message.row->fields.size(), 1, true);
  transport::put_payload(message, frame, {}, block, 0);
  std::map<std::string, double> values;
  for (std::size_t i = 0; i < block.fields(); ++i) {
    const FieldSchema& field = message.row->fields[i];
    if (!block.valid(i, 0)) continue;
    values[field.name] =
        field.type == FieldType::f64 ? block.f64(i)[0] : static_cast<double>(block.i64(i)[0]);
  }
  return values;
}

Obd2Unit engine() {
  return Obd2Unit({.vin = "WVWZZZ1KZ6W123456",
                   .calibration = "06F906056BK",
                   .name = "ECM",
                   .verification = 0x12345678,
                   .pids = {0x01, 0x04, 0x05, 0x0B, 0x0C, 0x0D, 0x0F, 0x10, 0x11, 0x1F, 0x2F, 0x31, 0x33,
                            0x42, 0x46, 0x49, 0x5C, 0x5E, 0xA6}});
}

CarState driving() {
  CarModel model(3);
  model.advance(40);
  return model.state();
}

TEST(Obd2Unit, SaysByEachPidWhatTheCarIs) {
  Obd2Unit unit = engine();
  const CarState car = driving();
  ASSERT_GT(car.speed_mps, 3);
  struct Expected {
    std::uint8_t pid;
    const char* signal;
    double value, step;
  };
  const Expected all[] = {{0x04, "engine_load", 100 * car.load, 0.4},
                          {0x05, "coolant_temperature", car.coolant_c, 1},
                          {0x0B, "intake_pressure", car.intake_kpa, 1},
                          {0x0C, "engine_speed", car.engine_rpm, 0.25},
                          {0x0D, "vehicle_speed", 3.6 * car.speed_mps, 1},
                          {0x0F, "intake_temperature", car.intake_c, 1},
                          {0x10, "air_flow", car.air_gps, 0.01},
                          {0x11, "throttle", 100 * car.throttle, 0.4},
                          {0x1F, "run_time", car.run_time_s, 1},
                          {0x2F, "fuel_level", 100 * car.fuel_litres / CarState::kTankLitres, 0.4},
                          {0x31, "distance_since_cleared", car.metres / 1000, 1},
                          {0x33, "barometric_pressure", car.barometric_kpa, 1},
                          {0x42, "module_voltage", car.voltage, 0.001},
                          {0x46, "ambient_temperature", car.ambient_c, 1},
                          {0x49, "pedal_d", 100 * car.pedal, 0.4},
                          {0x5C, "oil_temperature", car.oil_c, 1},
                          {0x5E, "fuel_rate", car.fuel_lph, 0.05},
                          {0xA6, "odometer", car.odometer_m / 1000, 0.1}};
  for (const Expected& one : all) {
    const auto answer = unit.answer(Bytes{0x01, one.pid}, true, car);
    ASSERT_TRUE(answer) << one.signal;
    const auto values = decode(*answer);
    ASSERT_TRUE(values.contains(one.signal)) << one.signal;
    EXPECT_NEAR(values.at(one.signal), one.value, one.step / 2 + 1e-9) << one.signal;
    EXPECT_EQ(values.size(), 3U) << one.signal;  // service, PID, and nothing else
  }
}

TEST(Obd2Unit, ItsBitmapsTellOfItsPidsAndNoOthers) {
  Obd2Unit unit = engine();
  std::size_t found = 0;
  for (unsigned first = 0; first < 0x100; first += obd2::kBitmapSpan) {
    const auto answer = unit.answer(Bytes{0x01, static_cast<std::uint8_t>(first)}, true, {});
    if (!answer) continue;
    const auto& bytes = *answer;
    const std::uint32_t bitmap = static_cast<std::uint32_t>(bytes[2]) << 24 |
                                 static_cast<std::uint32_t>(bytes[3]) << 16 |
                                 static_cast<std::uint32_t>(bytes[4]) << 8 | bytes[5];
    for (unsigned pid = first + 1; pid <= first + obd2::kBitmapSpan && pid < 0x100; ++pid) {
      const bool said = obd2::is_supported(bitmap, static_cast<std::uint8_t>(first), pid);
      const bool answers = unit.answer(Bytes{0x01, static_cast<std::uint8_t>(pid)}, true, {}).has_value();
      EXPECT_EQ(said, answers) << pid;
      found += said && pid % obd2::kBitmapSpan != 0 ? 1U : 0U;
    }
  }
  EXPECT_EQ(found, 19U);
}

TEST(Obd2Unit, IsSilentToAllAboutWhatItHasNotAndRefusesItToOne) {
  Obd2Unit unit = engine();
  EXPECT_EQ(unit.answer(Bytes{0x01, 0x64}, true, {}), std::nullopt);
  EXPECT_EQ(unit.answer(Bytes{0x01, 0x64}, false, {}), (Bytes{0x7F, 0x01, 0x12}));
  EXPECT_EQ(unit.answer(Bytes{0x22, 0xF1, 0x90}, true, {}), std::nullopt);
  EXPECT_EQ(unit.answer(Bytes{0x22, 0xF1, 0x90}, false, {}), (Bytes{0x7F, 0x22, 0x11}));
  const auto refused = decode(Bytes{0x7F, 0x01, 0x12});
  EXPECT_EQ(refused.at("refused_service"), 1);
  EXPECT_EQ(refused.at("refusal"), 0x12);
}

TEST(Obd2Unit, KeepsTheCarAsItWasWhenTheFirstCodeCame) {
  Obd2Unit unit = engine();
  EXPECT_EQ(unit.answer(Bytes{0x03}, true, {}), (Bytes{0x43, 0}));
  EXPECT_EQ(decode(*unit.answer(Bytes{0x02, 0x02, 0}, true, {})).at("freeze_code"), 0);
  EXPECT_EQ(unit.answer(Bytes{0x02, 0x0C, 0}, true, {}), std::nullopt);
  const CarState then = driving();
  unit.fail(0x0171, then);
  unit.fail(0x0302, {});
  EXPECT_EQ(unit.answer(Bytes{0x03}, true, {}), (Bytes{0x43, 2, 0x01, 0x71, 0x03, 0x02}));
  EXPECT_EQ(decode(*unit.answer(Bytes{0x01, 0x01}, true, {})).at("trouble_code_count"), 2);
  EXPECT_EQ(decode(*unit.answer(Bytes{0x01, 0x01}, true, {})).at("malfunction_lamp"), 1);
  EXPECT_EQ(decode(*unit.answer(Bytes{0x02, 0x02, 0}, true, {})).at("freeze_code"), 0x0171);
  const auto frozen = decode(*unit.answer(Bytes{0x02, 0x0C, 0}, true, {}));
  EXPECT_NEAR(frozen.at("freeze_engine_speed"), then.engine_rpm, 0.125);
  EXPECT_EQ(frozen.at("freeze_number"), 0);
  EXPECT_FALSE(frozen.contains("engine_speed"));
}

TEST(Obd2Unit, ClearingTakesCodesAndFreezeFrameButNotWhatIsPermanent) {
  Obd2Unit unit = engine();
  unit.fail(0x0171, driving());
  EXPECT_EQ(unit.answer(Bytes{0x04}, true, {}), Bytes{0x44});
  EXPECT_EQ(unit.answer(Bytes{0x03}, true, {}), (Bytes{0x43, 0}));
  EXPECT_EQ(unit.answer(Bytes{0x07}, true, {}), (Bytes{0x47, 0}));
  EXPECT_EQ(unit.answer(Bytes{0x0A}, true, {}), (Bytes{0x4A, 1, 0x01, 0x71}));
  EXPECT_EQ(unit.answer(Bytes{0x02, 0x0C, 0}, true, {}), std::nullopt);
  EXPECT_EQ(decode(*unit.answer(Bytes{0x01, 0x01}, true, {})).at("malfunction_lamp"), 0);
}

}  // namespace
}  // namespace cantrail::simulate
