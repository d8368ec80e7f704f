// For tests of this folder: a catalog with one message, one message with hostile names, and one sensor.
#pragma once

#include <bit>
#include <memory>
#include <utility>

#include "model/catalog.hpp"
#include "model/stream_block.hpp"

namespace cantrail::encode {

inline FieldSchema make_field(std::string name, FieldType type, std::string unit = "") {
  FieldSchema field;
  field.name = std::move(name);
  field.type = type;
  field.unit = std::move(unit);
  return field;
}

inline Catalog sample_catalog() {
  RowSchema battery;
  battery.name = "Battery";
  battery.can_id = 498;
  battery.labels = {{"node", "2"}, {"room", "Flower \"front\""}};
  battery.fields = {make_field("Voltage", FieldType::f64, "V"), make_field("Gear", FieldType::i64),
                    make_field("Counter", FieldType::u64)};
  battery.fields[1].labels = {{3, "DRIVE"}, {std::bit_cast<std::uint64_t>(std::int64_t{-1}), "REVERSE"}};
  battery.fields[0].labels = {{std::bit_cast<std::uint64_t>(1.5), "LOW"}};
  RowSchema hostile;
  hostile.name = "Ev\"il\\,\n";
  hostile.can_id = 0x18FEE000 | kIdExtended;
  hostile.fields = {make_field("\x1b[2J", FieldType::f64,
                               "\xB0"
                               "C"),
                    make_field("a,b", FieldType::text, "m\xC2\xB2")};
  RowSchema climate;
  climate.name = "climate";
  climate.fields = {make_field("on", FieldType::boolean)};
  Catalog catalog;
  catalog.sources = {{"bus", "socketcan"}, {"bme", "i2c"}};
  catalog.channels = {{"can0", 0, {}}};
  catalog.streams = {{std::make_shared<RowSchema>(battery), ChannelId{0}, 0},
                     {std::make_shared<RowSchema>(hostile), ChannelId{0}, 0},
                     {std::make_shared<RowSchema>(climate), std::nullopt, 1}};
  return catalog;
}

// Two rows of Battery: everything with labels; Voltage 360, Gear absent, Counter 2^64 - 1.
inline StreamBlock battery_rows() {
  StreamBlock block;
  block.reset(0, 3, 2, true);
  block.time_ns()[0] = 1'700'000'000'123'456'789;
  block.time_ns()[1] = -1;
  block.frame()[0] = 0;
  block.frame()[1] = 1;
  block.f64(0)[0] = 1.5;
  block.f64(0)[1] = 360;
  block.i64(1)[0] = 3;
  block.i64(1)[1] = 0;  // absent: why
  block.u64(2)[0] = 0;
  block.u64(2)[1] = ~std::uint64_t{0};
  block.make_validity(1, true)[0] = 1;
  return block;
}

inline StreamBlock hostile_rows() {
  StreamBlock block;
  block.reset(1, 2, 1, true);
  block.time_ns()[0] = 5;
  block.frame()[0] = 2;
  block.f64(0)[0] = std::numeric_limits<double>::infinity();
  block.set_text(1, 0, "x\"\x01\xFF,\xE2\x82\xAC");
  return block;
}

inline StreamBlock climate_rows() {
  StreamBlock block;
  block.reset(2, 1, 1, false);
  block.time_ns()[0] = 1'000'000'000;
  block.u64(0)[0] = 1;
  return block;
}

}  // namespace cantrail::encode
