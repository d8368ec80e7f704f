// Components: rules of the configuration, the rows they find, and the state that is kept.
#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "server/component_rule.hpp"
#include "server/component_tally.hpp"

namespace cantrail::server {
namespace {

FieldSchema field(std::string name, std::vector<Label> labels = {}) {
  FieldSchema out;
  out.name = std::move(name);
  out.type = FieldType::i64;
  out.labels = std::move(labels);
  return out;
}

// MotorA and MotorB on can0: kind (1 = STATUS), component_id, command_id, and two values of which one is
// there.
CatalogPtr component_catalog() {
  auto made = std::make_shared<Catalog>();
  made->sources = {{"bus", "cannelloni"}};
  made->channels = {{"can0", 0, {}}};
  for (std::uint32_t i = 0; i < 2; ++i) {
    auto row = std::make_shared<RowSchema>();
    row->name = i == 0 ? "MotorA" : "MotorB";
    row->can_id = 0x100 + i;
    row->fields = {field("kind", {{1, "STATUS"}}), field("component_id"), field("command_id", {{7, "SPEED"}}),
                   field("int8_value"), field("uint8_value")};
    row->fields[3].unit = row->fields[4].unit = "rpm";
    made->streams.push_back({std::move(row), ChannelId{0}, 0});
  }
  return made;
}

struct Row {
  StreamId stream;
  std::int64_t kind, component, command, value;
  bool is_signed = true;
};

struct ComponentTest : testing::Test {
  void use(ComponentRule rule, std::size_t capacity = 4096) {
    rule.name = rule.name.empty() ? "motor" : rule.name;
    state = std::make_unique<ComponentState>(std::vector{std::move(rule)}, capacity);
    tally = std::make_unique<ComponentTally>(*state);
    tally->set_catalog(shared);
  }
  // One batch with these rows, one block a row; returns how many frames were kept.
  std::size_t write(const std::vector<Row>& rows, bool backwards = false) {
    auto raw = std::make_shared<RawBatch>();
    raw->catalog = shared;
    auto batch = std::make_shared<Batch>();
    for (const Row& row : rows) {
      raw->frames.append({.time = {++time}, .id = 0x100 + row.stream, .length = 0, .data = {}});
      StreamBlock& block = batch->blocks.emplace_back();
      block.reset(row.stream, 5, 1, true);
      block.time_ns()[0] = time;
      block.frame()[0] = static_cast<std::uint32_t>(raw->frames.size() - 1);
      const std::array values{row.kind, row.component, row.command, row.value, row.value};
      for (std::size_t i = 0; i < values.size(); ++i) block.i64(i)[0] = values[i];
      block.cut(row.is_signed ? 4 : 3);
    }
    if (backwards) std::reverse(batch->blocks.begin(), batch->blocks.end());
    batch->raw = std::move(raw);
    tally->add(*batch);
    std::vector<std::pair<const Batch*, std::uint32_t>> kept;
    tally->publish(kept);
    return kept.size();
  }

  CatalogPtr shared = component_catalog();
  std::unique_ptr<ComponentState> state;
  std::unique_ptr<ComponentTally> tally;
  std::int64_t time = 0;
};

ComponentRule by_id() {
  ComponentRule rule;
  rule.message = {"Motor*"};
  rule.id = "{component_id}";
  return rule;
}

TEST_F(ComponentTest, TheNewestRowOfEachComponentIsKeptWhicheverMessageBringsIt) {
  use(by_id());
  EXPECT_EQ(write({{0, 1, 5, 0, 10}, {1, 1, 5, 0, 11}, {0, 1, 6, 0, 12}, {1, 1, 5, 0, 13}}), 3U)
      << "one for each component and message of the group";
  const auto five = state->find("motor", "5");
  ASSERT_TRUE(five);
  EXPECT_EQ(five->latest.message, "MotorB");
  EXPECT_EQ(five->latest.time.ns, 4);
  EXPECT_EQ(five->rows, 3U);
  EXPECT_TRUE(five->keys.empty());
  EXPECT_EQ(five->latest.signals, R"({"kind":1,"component_id":5,"command_id":0,"int8_value":13})");
  EXPECT_EQ(state->ids(), (std::map<std::string, std::vector<std::string>>{{"motor", {"5", "6"}}}));
  EXPECT_FALSE(state->find("motor", "7"));
  EXPECT_FALSE(state->find("engine", "5"));
}

// A batch's blocks lie by stream: MotorB's row is looked at last, but came first.
TEST_F(ComponentTest, WhatCameLastIsTheNewestWhateverItsStream) {
  use(by_id());
  write({{1, 1, 5, 0, 1}, {0, 1, 5, 0, 2}}, true);
  EXPECT_EQ(state->find("motor", "5")->latest.message, "MotorA");
}

TEST_F(ComponentTest, KeysKeepTheNewestRowOfEachCombination) {
  ComponentRule rule = by_id();
  rule.keys = {"{command_id}", "{message}"};
  use(rule);
  write({{0, 1, 5, 7, 10}, {0, 1, 5, 8, 20}, {0, 1, 5, 7, 11}, {1, 1, 5, 7, 30}});
  const auto component = state->find("motor", "5");
  ASSERT_EQ(component->keys.size(), 3U);
  EXPECT_EQ(component->keys[0].first, "8/MotorA");
  EXPECT_EQ(component->keys[1].first, "SPEED/MotorA") << "a label stands for its value";
  EXPECT_EQ(component->keys[1].second.time.ns, 3);
  EXPECT_EQ(component->keys[1].second.rows, 2U);
  EXPECT_EQ(component->latest.message, "MotorB");
}

TEST_F(ComponentTest, RowsThatDoNotFitTheConditionsAreNoState) {
  ComponentRule rule = by_id();
  rule.only = {"{kind} = STAT*"};
  use(rule);
  EXPECT_EQ(write({{0, 0, 5, 0, 10}, {0, 2, 6, 0, 10}}), 0U);
  EXPECT_TRUE(state->ids().empty());
  EXPECT_EQ(write({{0, 1, 5, 0, 10}}), 1U);
}

TEST_F(ComponentTest, TypeAndIdAreMadeOfWhatTheRowSays) {
  ComponentRule rule = by_id();
  rule.type = "{channel}-{message}";
  rule.id = "{id}:{component_id}";
  use(rule);
  write({{1, 1, 5, 0, 10}});
  EXPECT_TRUE(state->find("can0-MotorB", "257:5"));
}

TEST_F(ComponentTest, LabelsOfTheStreamStandWhereNoSignalHasTheName) {
  auto made = std::make_shared<Catalog>(*shared);
  auto row = std::make_shared<RowSchema>(*made->streams[1].row);
  row->labels = {{"room", "Flower front"}, {"component_id", "not this"}};
  made->streams[1].row = row;
  shared = made;
  ComponentRule rule = by_id();
  rule.type = "{room}";
  use(rule);
  write({{0, 1, 5, 0, 10}, {1, 1, 6, 0, 10}});
  EXPECT_TRUE(state->find("Flower front", "6"));
  EXPECT_EQ(state->ids().size(), 1U) << "the other message has no such label";
}

TEST_F(ComponentTest, SignalsAreMergedUnderOneName) {
  ComponentRule rule = by_id();
  rule.merge = {"value = *int8_value"};
  use(rule);
  write({{0, 1, 5, 0, -3, true}});
  EXPECT_EQ(state->find("motor", "5")->latest.signals,
            R"({"kind":1,"component_id":5,"command_id":0,"value":-3})");
  EXPECT_EQ(*state->find("motor", "5")->latest.units, R"({"value":"rpm"})");
  write({{0, 1, 5, 0, 200, false}});
  EXPECT_EQ(state->find("motor", "5")->latest.signals,
            R"({"kind":1,"component_id":5,"command_id":0,"value":200})");
}

TEST_F(ComponentTest, ARowWithoutTheSignalThatNamesItIsNoState) {
  ComponentRule rule = by_id();
  rule.id = "{int8_value}";
  use(rule);
  write({{0, 1, 5, 0, 1, false}});
  EXPECT_TRUE(state->ids().empty());
}

TEST_F(ComponentTest, OfMoreThanTheMostTheOldestGoAndAreCounted) {
  use(by_id(), 100);
  for (std::int64_t i = 0; i < 150; ++i) write({{0, 1, i, 0, 0}, {0, 1, 0, 0, 0}});
  EXPECT_EQ(state->dropped(), 50U);
  EXPECT_EQ(state->ids()["motor"].size(), 100U);
  EXPECT_TRUE(state->find("motor", "0")) << "it was renewed all the time";
  EXPECT_FALSE(state->find("motor", "1"));
  EXPECT_TRUE(state->find("motor", "149"));
}

TEST_F(ComponentTest, ManyValuesDoNotGrowTheTableForEver) {
  use(by_id());
  for (std::int64_t i = 0; i < 30'000; i += 100) {
    std::vector<Row> rows;
    for (std::int64_t j = i; j < i + 100; ++j) rows.push_back({0, 1, j, 0, 0});
    EXPECT_EQ(write(rows), 100U);
  }
  EXPECT_EQ(state->ids()["motor"].size(), ComponentState::kCapacity);
  EXPECT_EQ(state->dropped(), 30'000U - ComponentState::kCapacity);
}

TEST_F(ComponentTest, AnotherCatalogBindsTheRulesAnew) {
  use(by_id());
  write({{0, 1, 5, 0, 10}});
  tally->set_catalog(component_catalog());
  write({{0, 1, 5, 0, 11}});
  EXPECT_EQ(state->find("motor", "5")->rows, 2U);
}

TEST(ComponentRule, SaysWhatIsWrongWithIt) {
  ComponentRule rule = by_id();
  EXPECT_TRUE(rule.problems().empty());
  rule.id = "{component_id";
  rule.keys = {"{}"};
  rule.only = {"no condition"};
  rule.merge = {"= x"};
  EXPECT_EQ(rule.problems().size(), 4U);
  rule.message.clear();
  EXPECT_EQ(rule.problems().size(), 5U);
}

TEST(ComponentRule, TakesMessagesByGlobWithAndWithoutChannel) {
  ComponentRule rule = by_id();
  rule.message = {"can1:*", "Pump"};
  EXPECT_TRUE(rule.takes("can1", "Motor"));
  EXPECT_FALSE(rule.takes("can0", "Motor"));
  EXPECT_TRUE(rule.takes("can0", "Pump"));
  EXPECT_TRUE(rule.takes("", "Motor")) << "which channel nobody knows yet";
}

TEST(ComponentRule, NamesTheSignalsThatAMessageLacks) {
  ComponentRule rule = by_id();
  rule.keys = {"{nothing}"};
  EXPECT_EQ(missing_signals(rule, *component_catalog()->streams[0].row), std::vector<std::string>{"nothing"});
}

TEST(RowTemplate, IsTakenApartOrRefused) {
  const auto parsed = parse_row_template("a{id}{signal:id}-{x}{channel}{message}");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->pieces.size(), 7U);
  EXPECT_EQ(parsed->signals(), (std::vector<std::string>{"id", "x"}));
  for (const char* bad : {"", "{", "}", "a{b", "a}b", "{a{b}}", "{}", "{signal:}"}) {
    EXPECT_FALSE(parse_row_template(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace cantrail::server
