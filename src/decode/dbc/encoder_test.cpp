#include "decode/dbc/encoder.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "decode/dbc/decoder.hpp"
#include "decode/dbc/signal_word.hpp"
#include "decode/dbc/test_layouts.hpp"
#include "decode/dbc/test_signal.hpp"

namespace cantrail::dbc {
namespace {

using testing::signal;

using testing::SignalWish;

std::shared_ptr<const DecodePlan> compile(const Message& message) {
  Database database;
  database.messages.push_back(message);
  Diagnostics diagnostics;
  return DecodePlan::compile(database, diagnostics);
}

// One frame through the decoder that everybody uses.
StreamBlock decoded(const std::shared_ptr<const DecodePlan>& plan, std::span<const std::uint8_t> data) {
  FrameBlock frames;
  frames.append({WallTime{0}, plan->messages()[0].id, 0, 0, static_cast<std::uint8_t>(data.size()), data});
  std::vector<StreamBlock> blocks;
  Decoder decoder({ChannelPlan{{plan}, {0}}});
  (void)decoder.decode(frames, blocks);
  return std::move(blocks.at(0));
}

PhysicalValue physical(FieldType type, std::uint64_t word) {
  if (type == FieldType::i64) return static_cast<std::int64_t>(word);
  if (type == FieldType::u64) return word;
  return std::bit_cast<double>(word);
}

bool is_nan(const PhysicalValue& value) {
  const double* const number = std::get_if<double>(&value);
  return number != nullptr && std::isnan(*number);
}

// No neighbour decodes to the same value: then the raw value must come back too, not only the physical one.
bool is_unambiguous(const SignalPlan& signal, std::uint64_t raw) {
  if (signal.type != FieldType::f64) return signal.factor_integer != 0;
  const std::uint64_t word = column_word(signal, raw);
  if (signal.kind != ValueKind::integer && raw << (64 - signal.length_bits) << 1 == 0)
    return raw == 0;  // not -0.0
  return std::isfinite(std::bit_cast<double>(word)) && column_word(signal, raw + 1) != word &&
         column_word(signal, raw - 1) != word;
}

struct MultiplexedWish {
  SignalWish wish;
  int value = -1;  // of the selector; -1: always present
};

rc::Gen<MultiplexedWish> any_wish() {
  return rc::gen::exec([] {
    MultiplexedWish result;
    SignalWish& wish = result.wish;
    wish.place_at = *rc::gen::inRange(0U, 512U);
    wish.length_bits = *rc::gen::inRange(1U, 65U);
    wish.order = *rc::gen::element(ByteOrder::intel, ByteOrder::motorola);
    wish.is_signed = *rc::gen::arbitrary<bool>();
    wish.kind = *rc::gen::weightedElement<ValueKind>(
        {{6, ValueKind::integer}, {1, ValueKind::float32}, {1, ValueKind::float64}});
    wish.integral_scale = *rc::gen::arbitrary<bool>();
    wish.factor = wish.integral_scale ? *rc::gen::element(1.0, 1.0, 2.0, -5.0, 1000.0, 0.0)
                                      : *rc::gen::element(0.1, 0.5, -0.0625, 1e-6, 3.3, 1e9);
    wish.offset = wish.integral_scale ? *rc::gen::inRange(-1000, 1000)
                                      : *rc::gen::element(0.0, 0.1, -273.15, 1e6, -40.0);
    result.value = *rc::gen::inRange(-1, 3);
    return result;
  });
}

// Signals that are present together never share a bit.
Message any_message() {
  Message message;
  message.name = "M";
  message.id = 1;
  message.length_bytes = *rc::gen::element(1U, 2U, 5U, 8U, 8U, 12U, 20U, 64U);
  const std::uint32_t bits = message.length_bytes * 8;
  std::vector<std::vector<bool>> taken(3, std::vector<bool>(bits));
  Signal selector;
  selector.name = "Selector";
  selector.start_bit = *rc::gen::inRange(0U, bits - 3);
  selector.length_bits = *rc::gen::inRange(2U, 4U);
  selector.is_selector = true;
  message.signals.push_back(selector);
  for (auto& bitmap : taken) {
    for (const std::uint32_t bit : testing::bits_of(selector)) bitmap[bit] = true;
  }
  const auto wishes = *rc::gen::container<std::vector<MultiplexedWish>>(any_wish());
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const int value = wishes[i].value;
    std::vector<bool> busy(bits);
    for (std::size_t v = 0; v < taken.size(); ++v) {
      for (std::size_t b = 0; b < bits; ++b) {
        busy[b] = busy[b] || ((value < 0 || static_cast<std::size_t>(value) == v) && taken[v][b]);
      }
    }
    auto signal = testing::place(wishes[i].wish, busy, "S" + std::to_string(i));
    if (!signal) continue;
    if (value >= 0) {
      const auto on = static_cast<std::uint64_t>(value);
      signal->multiplexing = Multiplexing{"", {{on, on}}};
    }
    for (std::size_t v = 0; v < taken.size(); ++v) {
      if (value >= 0 && static_cast<std::size_t>(value) != v) continue;
      for (const std::uint32_t bit : testing::bits_of(*signal)) taken[v][bit] = true;
    }
    message.signals.push_back(*signal);
  }
  return message;
}

TEST(Encoder, IsTheInverseOfDecoding) {
  EXPECT_TRUE(rc::check("decode, encode, decode gives the same", [] {
    const Message message = any_message();
    const auto plan = compile(message);
    const MessagePlan& message_plan = plan->messages()[0];
    RC_ASSERT(message_plan.signals.size() == message.signals.size());
    const auto original = *rc::gen::container<std::vector<std::uint8_t>>(message.length_bytes,
                                                                         rc::gen::arbitrary<std::uint8_t>());

    const StreamBlock before = decoded(plan, original);
    std::vector<FieldValue> values;
    for (std::size_t field = 0; field < before.fields(); ++field) {
      const auto raw = raw_word(message_plan, field, original);
      RC_ASSERT(raw.has_value() == before.valid(field, 0));
      if (!raw) continue;
      if (!is_nan(physical(message_plan.signals[field].type, before.word(field, 0)))) {
        RC_ASSERT(before.word(field, 0) == column_word(message_plan.signals[field], *raw));
      }
      values.push_back({field, physical(message_plan.signals[field].type, before.word(field, 0))});
    }
    std::vector<std::uint8_t> encoded;
    const Status status = encode(message_plan, values, encoded, {false, 0xA5});
    RC_ASSERT(status.ok());

    const StreamBlock after = decoded(plan, encoded);
    for (const FieldValue& value : values) {
      const SignalPlan& signal = message_plan.signals[value.field];
      const PhysicalValue again = physical(signal.type, after.word(value.field, 0));
      if (is_nan(value.value)) {
        RC_ASSERT(is_nan(again));
      } else {
        RC_ASSERT(again == value.value);
      }
      const std::uint64_t raw = raw_word(message_plan, value.field, original).value();
      if (is_unambiguous(signal, raw)) RC_ASSERT(raw_word(message_plan, value.field, encoded) == raw);
    }
  }));
}

TEST(Encoder, PutsRawBitsWhereTheDefinitionSays) {
  EXPECT_TRUE(rc::check("insert_raw against the walk through the bits", [] {
    const std::uint32_t bits = *rc::gen::element(8U, 24U, 64U, 512U);
    MultiplexedWish wanted = *any_wish();
    std::vector<bool> taken(bits);
    const auto signal = testing::place(wanted.wish, taken, "S");
    RC_PRE(signal.has_value());
    Message message;
    message.length_bytes = bits / 8;
    message.signals.push_back(*signal);
    const auto plan = compile(message);
    auto data = *rc::gen::container<std::vector<std::uint8_t>>(bits / 8, rc::gen::arbitrary<std::uint8_t>());
    std::vector<std::uint8_t> expected = data;
    const auto raw = *rc::gen::arbitrary<std::uint64_t>();
    const std::vector<std::uint32_t> places = testing::bits_of(*signal);
    for (std::size_t i = 0; i < places.size(); ++i) {
      std::uint8_t& byte = expected[places[i] / 8];
      const unsigned bit = 1U << (places[i] % 8);
      byte = static_cast<std::uint8_t>(((raw >> i) & 1U) != 0 ? byte | bit : byte & ~bit);
    }
    insert_raw(plan->messages()[0].signals[0], raw, data);
    RC_ASSERT(data == expected);
  }));
}

// Field 0 Mode selects A (1: 0) and B (2: 2 or 3); 3 Temperature, half degrees from -40; 4 Same as
// Temperature.
std::shared_ptr<const DecodePlan> example() {
  Signal mode = signal("Mode", 0, 8), a = signal("A", 8, 8), b = signal("B", 8, 8),
         temperature = signal("Temperature", 16, 8), same = signal("Same", 16, 8);
  mode.is_selector = true;
  a.multiplexing = Multiplexing{"", {{9, 9}}};
  b.multiplexing = Multiplexing{"", {{2, 3}}};
  a.is_signed = true;
  temperature.factor = 0.5;
  temperature.offset = -40;
  temperature.integral_scale = false;
  Message message;
  message.name = "M";
  message.length_bytes = 4;
  message.signals = {mode, a, b, temperature, same, signal("Behind", 32, 8)};
  return compile(message);
}

std::vector<std::uint8_t> encoded(const std::vector<FieldValue>& values, EncodeOptions options = {}) {
  std::vector<std::uint8_t> data;
  const Status status = encode(example()->messages()[0], values, data, options);
  EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.fault().message);
  return data;
}

std::string refused(const std::vector<FieldValue>& values) {
  std::vector<std::uint8_t> data;
  const Status status = encode(example()->messages()[0], values, data);
  EXPECT_FALSE(status.ok());
  if (status.ok()) return "";
  EXPECT_EQ(status.fault().kind, FaultKind::rejected);
  return status.fault().message;
}

using Bytes = std::vector<std::uint8_t>;

TEST(Encoder, SetsTheSelectorThatOnlyOneValueSelects) {
  EXPECT_EQ(encoded({{1, std::int64_t{-2}}}), (Bytes{9, 0xFE, 0, 0}));
}

TEST(Encoder, WantsASelectorWhereSeveralValuesSelect) {
  EXPECT_NE(refused({{2, std::int64_t{5}}}).find("selector"), std::string::npos);
  EXPECT_EQ(encoded({{2, std::int64_t{5}}, {0, std::int64_t{3}}}), (Bytes{3, 5, 0, 0}));
}

TEST(Encoder, RefusesASignalThatTheSelectorSwitchesOff) {
  EXPECT_NE(refused({{1, std::int64_t{5}}, {0, std::int64_t{3}}}).find("signal A"), std::string::npos);
  (void)refused({{1, std::int64_t{5}}, {2, std::int64_t{5}}});
}

TEST(Encoder, RefusesDisagreeingValuesForTheSameBits) {
  EXPECT_EQ(encoded({{3, 0.0}, {4, std::uint64_t{80}}}), (Bytes{0, 0, 80, 0}));
  EXPECT_NE(refused({{3, 0.0}, {4, std::uint64_t{81}}}).find("another value"), std::string::npos);
}

TEST(Encoder, RoundsToTheNearestAndRefusesOrClampsTheRest) {
  EXPECT_EQ(encoded({{3, 20.2}})[2], 120);
  EXPECT_EQ(encoded({{3, 20.3}})[2], 121);
  EXPECT_EQ(encoded({{3, std::int64_t{-40}}})[2], 0);
  EXPECT_EQ(encoded({{0, 3.6}})[0], 4);
  (void)refused({{3, 88.0}});
  (void)refused({{3, std::nan("")}});
  (void)refused({{0, 256.0}});
  (void)refused({{0, std::int64_t{-1}}});
  EXPECT_EQ(encoded({{3, 88.0}}, {true, 0})[2], 255);
  EXPECT_EQ(encoded({{3, -1e300}}, {true, 0})[2], 0);
  EXPECT_EQ(encoded({{0, std::uint64_t{1} << 63}}, {true, 0})[0], 255);
}

TEST(Encoder, FillsWhatNoSignalCovers) {
  EXPECT_EQ(encoded({}, {false, 0xFF}), (Bytes{0, 0, 0, 0xFF}));
}

TEST(Encoder, RefusesFieldsThatAreNotInTheMessage) {
  EXPECT_NE(refused({{5, std::int64_t{1}}}).find("behind"), std::string::npos);
  (void)refused({{77, std::int64_t{1}}});
}

TEST(Encoder, KeepsFloatSpecials) {
  SignalPlan plan;
  plan.kind = ValueKind::float32;
  plan.length_bits = 32;
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(*raw_value(plan, infinity, false), 0x7F800000U);
  EXPECT_EQ(*raw_value(plan, 1.5, false), 0x3FC00000U);
  EXPECT_TRUE(
      std::isnan(std::bit_cast<float>(static_cast<std::uint32_t>(*raw_value(plan, std::nan(""), false)))));
  EXPECT_FALSE(raw_value(plan, 1e39, false).ok());
  EXPECT_EQ(*raw_value(plan, -1e39, true), 0xFF7FFFFFU);
}

}  // namespace
}  // namespace cantrail::dbc
