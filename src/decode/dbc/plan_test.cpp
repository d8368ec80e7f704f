#include "decode/dbc/plan.hpp"

#include <bit>

#include <gtest/gtest.h>

#include "decode/dbc/test_signal.hpp"
#include "model/frame.hpp"

namespace cantrail::dbc {
namespace {

using testing::signal;

Message message(std::string name, std::uint32_t id, std::vector<Signal> signals) {
  Message result;
  result.name = std::move(name);
  result.id = id;
  result.length_bytes = 8;
  result.signals = std::move(signals);
  return result;
}

void scale(Signal& target, std::int64_t factor, std::int64_t offset) {
  target.factor = static_cast<double>(factor);
  target.offset = static_cast<double>(offset);
  target.factor_integer = factor;
  target.offset_integer = offset;
}

struct Compiled {
  Diagnostics diagnostics;
  std::shared_ptr<const DecodePlan> plan;

  explicit Compiled(std::vector<Message> messages) {
    Database database;
    database.messages = std::move(messages);
    plan = DecodePlan::compile(database, diagnostics);
  }
  const SignalPlan& first() const { return plan->messages()[0].signals.at(0); }
  const FieldSchema& field(std::size_t index = 0) const { return plan->messages()[0].row->fields.at(index); }
};

FieldType type_of(Signal wanted) {
  return Compiled({message("M", 1, {std::move(wanted)})}).first().type;
}

TEST(DecodePlan, GivesIntegerColumnsWhereEveryValueFits) {
  Signal s = signal("S", 0, 64);
  EXPECT_EQ(type_of(s), FieldType::u64);
  scale(s, 1, 1);  // 2^64 does not fit
  EXPECT_EQ(type_of(s), FieldType::f64);
  scale(s, 1, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(type_of(s), FieldType::i64);
  scale(s, -1, 0);
  EXPECT_EQ(type_of(s), FieldType::f64);
  s.is_signed = true;
  EXPECT_EQ(type_of(s), FieldType::f64);  // -(-2^63)
  scale(s, -1, -1);
  EXPECT_EQ(type_of(s), FieldType::i64);
  scale(s, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(type_of(s), FieldType::f64);
  s = signal("S", 0, 63);
  EXPECT_EQ(type_of(s), FieldType::i64);
  scale(s, 1, 1);
  EXPECT_EQ(type_of(s), FieldType::u64);
  s.integral_scale = false;
  EXPECT_EQ(type_of(s), FieldType::f64);
  s = signal("S", 0, 32);
  s.kind = ValueKind::float32;
  EXPECT_EQ(type_of(s), FieldType::f64);
}

TEST(DecodePlan, LeavesOutSignalsThatCannotBeInAFrame) {
  Signal motorola = signal("OverTheEnd", 504, 2);  // bit 0 of the last byte, then nothing
  motorola.order = ByteOrder::motorola;
  Signal half = signal("HalfFloat", 0, 16);
  half.kind = ValueKind::float32;
  const Compiled compiled({message(
      "M", 1,
      {signal("Good", 0, 8), signal("NoBits", 0, 0), signal("TooLong", 0, 65), signal("Beyond", 512, 1),
       signal("Across", 510, 3), motorola, half, signal("Last", 511, 1)})});
  ASSERT_EQ(compiled.plan->messages()[0].signals.size(), 2U);
  EXPECT_EQ(compiled.field(0).name, "Good");
  EXPECT_EQ(compiled.field(1).name, "Last");
  ASSERT_EQ(compiled.diagnostics.size(), 6U);
  EXPECT_EQ(compiled.diagnostics[0].severity, Severity::warning);
  EXPECT_NE(compiled.diagnostics[0].message.find("NoBits"), std::string::npos);
}

TEST(DecodePlan, KeepsSignalsBehindTheMessagesLengthAsOptional) {
  const Compiled compiled({message("M", 1, {signal("Inside", 56, 8), signal("Behind", 64, 8)})});
  EXPECT_FALSE(compiled.field(0).optional);
  EXPECT_TRUE(compiled.field(1).optional);
  EXPECT_EQ(compiled.plan->messages()[0].signals[1].needed_bytes, 9);
  EXPECT_TRUE(compiled.diagnostics.empty());
}

TEST(DecodePlan, ResolvesSelectorsByNameAndAsPlainM) {
  Signal plain = signal("Mode", 0, 8), inner = signal("Sub", 8, 8), a = signal("A", 16, 8),
         b = signal("B", 24, 8);
  plain.is_selector = true;
  inner.is_selector = true;
  inner.multiplexing = Multiplexing{"", {{255, 255}}};
  a.multiplexing = Multiplexing{"Sub", {{1, 3}, {7, 7}}};
  b.multiplexing = Multiplexing{"", {{0, 0}}};
  const Compiled compiled({message("M", 1, {a, inner, plain, b})});
  const auto& signals = compiled.plan->messages()[0].signals;
  EXPECT_EQ(signals[0].selector, 1);
  EXPECT_EQ(signals[1].selector, 2);
  EXPECT_EQ(signals[2].selector, std::nullopt);
  EXPECT_EQ(signals[3].selector, 2);
  ASSERT_EQ(signals[0].ranges.size(), 2U);
  EXPECT_EQ(signals[1].ranges[0].to, 255U);
  EXPECT_TRUE(compiled.field(0).optional);
  EXPECT_FALSE(compiled.field(2).optional);
}

TEST(DecodePlan, LeavesOutWhatHangsOnABrokenSelector) {
  Signal broken = signal("Mode", 0, 70), lost = signal("Lost", 8, 8), deeper = signal("Deeper", 16, 8);
  broken.is_selector = true;
  lost.multiplexing = Multiplexing{"Mode", {{0, 0}}};
  deeper.multiplexing = Multiplexing{"Lost", {{0, 0}}};
  Signal one = signal("One", 0, 8), two = signal("Two", 8, 8), self = signal("Self", 16, 8);
  one.multiplexing = Multiplexing{"Two", {{0, 0}}};
  two.multiplexing = Multiplexing{"One", {{0, 0}}};
  self.multiplexing = Multiplexing{"Self", {{0, 0}}};
  const Compiled compiled({message("A", 1, {broken, lost, deeper, signal("Kept", 24, 8)}),
                           message("B", 2, {one, two, self, signal("Kept", 24, 8)})});
  for (const MessagePlan& plan : compiled.plan->messages()) {
    ASSERT_EQ(plan.signals.size(), 1U);
    EXPECT_EQ(plan.row->fields[0].name, "Kept");
  }
  EXPECT_EQ(compiled.diagnostics.size(), 6U);
}

TEST(DecodePlan, TakesAMultiplexedSignalWithoutSelectorAsAlwaysPresent) {
  Signal orphan = signal("Orphan", 0, 8);
  orphan.multiplexing = Multiplexing{"", {{1, 1}}};
  const Compiled compiled({message("M", 1, {orphan})});
  EXPECT_EQ(compiled.first().selector, std::nullopt);
  EXPECT_FALSE(compiled.field().optional);
  EXPECT_EQ(compiled.diagnostics.size(), 1U);
}

TEST(DecodePlan, KeysLabelsByTheColumnsWord) {
  Signal s = signal("S", 0, 8);
  s.factor = 0.1;
  s.offset = 5;
  s.integral_scale = false;
  s.values = {{3, "three"}, {0, "zero"}, {3, "again"}, {256, "unreachable"}, {-1, "negative"}};
  Signal negative = signal("N", 8, 8);
  negative.is_signed = true;
  scale(negative, 2, 1);
  negative.values = {{-1, "minus"}, {5, "plus"}};
  const Compiled compiled({message("M", 1, {s, negative})});
  ASSERT_EQ(compiled.field(0).labels.size(), 2U);
  const double three = 3 * 0.1 + 5;
  ASSERT_NE(compiled.field(0).label_of(std::bit_cast<std::uint64_t>(three)), nullptr);
  EXPECT_EQ(*compiled.field(0).label_of(std::bit_cast<std::uint64_t>(three)), "three");
  EXPECT_EQ(*compiled.field(0).label_of(std::bit_cast<std::uint64_t>(5.0)), "zero");
  EXPECT_EQ(*compiled.field(1).label_of(static_cast<std::uint64_t>(-1)), "minus");
  EXPECT_EQ(*compiled.field(1).label_of(11), "plus");
}

TEST(DecodePlan, DescribesTheRow) {
  Signal s = signal("S", 0, 8);
  s.unit = "km/h";
  s.comment = "speed";
  s.maximum = 250;
  Message m = message("Speed", 0x1ABCDEF0, {s, signal("T", 8, 8)});
  m.extended = true;
  m.comment = "all of it";
  m.cycle_ms = 20;
  m.senders = {"Gateway", "Other"};
  const Compiled compiled({m});
  const MessagePlan* const plan = compiled.plan->find(0x1ABCDEF0 | kIdExtended);
  ASSERT_NE(plan, nullptr);
  EXPECT_EQ(plan->row->name, "Speed");
  EXPECT_EQ(plan->row->can_id, 0x1ABCDEF0 | kIdExtended);
  EXPECT_EQ(plan->row->length_bytes, 8U);
  EXPECT_EQ(plan->row->cycle_ms, 20U);
  EXPECT_EQ(plan->row->sender, "Gateway");
  EXPECT_EQ(plan->row->comment, "all of it");
  EXPECT_EQ(plan->row->fields[0].unit, "km/h");
  EXPECT_EQ(plan->row->fields[0].minimum, 0.0);
  EXPECT_EQ(plan->row->fields[0].maximum, 250.0);
  EXPECT_EQ(plan->row->fields[1].minimum, std::nullopt);
}

TEST(DecodePlan, SaysWhereTheBitsOfAFieldAre) {
  Signal mux = signal("Mux", 0, 4), voltage = signal("Voltage", 15, 12), plain = signal("Plain", 32, 8);
  mux.is_selector = true;
  voltage.order = ByteOrder::motorola;
  voltage.is_signed = true;
  voltage.factor = 0.1;
  voltage.integral_scale = false;
  voltage.offset = -40;
  voltage.multiplexing = Multiplexing{"", {{1, 1}, {3, 5}}};
  const Compiled compiled({message("M", 1, {mux, voltage, plain})});
  EXPECT_TRUE(compiled.field(0).layout->is_selector);
  EXPECT_EQ(compiled.field(0).layout->selector, "");
  const BitLayout& layout = *compiled.field(1).layout;
  EXPECT_EQ(layout.start_bit, 15U);
  EXPECT_EQ(layout.length_bits, 12U);
  EXPECT_TRUE(layout.big_endian);
  EXPECT_TRUE(layout.is_signed);
  EXPECT_FALSE(layout.is_float);
  EXPECT_EQ(layout.factor, 0.1);
  EXPECT_EQ(layout.offset, -40);
  EXPECT_EQ(layout.selector, "Mux");
  using Ranges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
  EXPECT_EQ(layout.selected_by, (Ranges{{1, 1}, {3, 5}}));
  EXPECT_FALSE(compiled.field(2).layout->big_endian);
  EXPECT_FALSE(compiled.field(2).layout->is_selector);
}

TEST(DecodePlan, FindsStandardAndExtendedIdentifiersOnly) {
  std::vector<Message> messages;
  for (std::uint32_t id = 0; id < 300; ++id) {
    messages.push_back(message("S" + std::to_string(id), id * 7 % 2048, {}));
    messages.push_back(message("E" + std::to_string(id), id * 65537, {}));
    messages.back().extended = true;
  }
  const Compiled compiled(messages);
  EXPECT_TRUE(compiled.diagnostics.empty());
  for (std::uint32_t id = 0; id < 300; ++id) {
    EXPECT_EQ(compiled.plan->find(id * 7 % 2048)->row->name, "S" + std::to_string(id));
    EXPECT_EQ(compiled.plan->find((id * 65537) | kIdExtended)->row->name, "E" + std::to_string(id));
  }
  EXPECT_EQ(compiled.plan->find(1), nullptr);
  EXPECT_EQ(compiled.plan->find(0 | kIdRemote), nullptr);
  EXPECT_EQ(compiled.plan->find(65537U | kIdExtended | kIdRemote), nullptr);
  EXPECT_EQ(compiled.plan->find(65537U | kIdError), nullptr);
  EXPECT_EQ(compiled.plan->find(12345U | kIdExtended), nullptr);
}

TEST(DecodePlan, TellsOfMessagesOfOneNameAndDecodesBoth) {
  std::vector<Message> messages{message("Same", 1, {}), message("Other", 2, {}), message("Same", 0x1F0, {})};
  messages[0].where = {"car.dbc", 5, 1};
  messages[2].where = {"car.dbc", 7, 1};
  const Compiled compiled(messages);
  EXPECT_EQ(compiled.plan->find(1)->row->name, "Same");
  EXPECT_EQ(compiled.plan->find(0x1F0)->row->name, "Same");
  ASSERT_EQ(compiled.diagnostics.size(), 1U);
  const std::string told = to_string(compiled.diagnostics[0]);
  EXPECT_EQ(told.find("car.dbc:7:1"), 0U) << told;
  EXPECT_NE(told.find("message Same has the name of the one in line 5"), std::string::npos) << told;
}

TEST(DecodePlan, TellsOfNamesThatAreSharedOnce) {
  const Compiled compiled({message("Same", 1, {}), message("Same", 2, {}), message("Pair", 3, {}),
                           message("Pair", 4, {}), message("Same", 5, {})});
  EXPECT_EQ(compiled.plan->messages().size(), 5U);
  ASSERT_EQ(compiled.diagnostics.size(), 1U);
  EXPECT_NE(compiled.diagnostics[0].message.find("2 other messages"), std::string::npos);
}

TEST(DecodePlan, LeavesOutDuplicatesAndImpossibleIdentifiers) {
  const Compiled compiled({message("First", 1, {}), message("Second", 1, {}), message("Wide", 0x800, {})});
  ASSERT_EQ(compiled.plan->messages().size(), 1U);
  EXPECT_EQ(compiled.plan->find(1)->row->name, "First");
  EXPECT_EQ(compiled.diagnostics.size(), 2U);
  EXPECT_EQ(DecodePlan().find(1), nullptr);
}

TEST(DecodePlan, KnowsWhatIsLongerThanAFrameUnlessTheCatalogIsFromBefore) {
  Database database;
  Message transport = message("Transport", 3, {});
  transport.length_bytes = 65;
  database.messages = {transport};
  Diagnostics diagnostics;
  const auto plan = DecodePlan::compile(database, diagnostics);
  ASSERT_EQ(plan->messages().size(), 1U);
  EXPECT_EQ(plan->messages()[0].isotp_lead, 0);
  EXPECT_TRUE(DecodePlan::compile(database, diagnostics, {.protocols = false})->messages().empty());
  EXPECT_TRUE(diagnostics.empty());
}

}  // namespace
}  // namespace cantrail::dbc
