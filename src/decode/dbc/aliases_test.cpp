#include "decode/dbc/aliases.hpp"

#include <gtest/gtest.h>

#include "decode/dbc/decoder.hpp"
#include "decode/dbc/parser.hpp"
#include "decode/dbc/plan.hpp"

namespace cantrail::dbc {
namespace {

const char* const kDbc =
    "VERSION \"\"\nBU_: A B\n"
    "BO_ 256 Pack: 8 A\n SG_ volts : 0|16@1+ (0.1,0) [0|0] \"V\" B\n SG_ amps : 16|16@1- (0.5,-3) [0|0] "
    "\"A\" B\n"
    "BO_ 257 Drive: 8 A\n SG_ rpm : 7|16@0+ (1,0) [0|0] \"1/min\" B\n"
    "BO_ 2147483906 Gps: 8 A\n SG_ page M : 0|8@1+ (1,0) [0|0] \"\" B\n"
    " SG_ lat m0 : 8|32@1- (1,0) [0|0] \"\" B\n SG_ lon m1 : 8|32@1- (1,0) [0|0] \"\" B\n"
    "BO_ 259 Deep: 8 A\n SG_ outer M : 0|8@1+ (1,0) [0|0] \"\" B\n SG_ inner m1M : 8|8@1+ (1,0) [0|0] \"\" "
    "B\n"
    " SG_ leaf m2 : 16|16@1+ (1,0) [0|0] \"\" B\n"
    "SIG_GROUP_ 256 Supply 1 : volts amps;\nSIG_GROUP_ 257 Moves 1 : rpm;\n"
    "BA_DEF_REL_ BU_SG_REL_ \"Timeout\" INT 0 100;\n"
    "BA_REL_ \"Timeout\" BU_SG_REL_ B SG_ 256 volts 50;\n"
    "SG_MUL_VAL_ 259 inner outer 1-1;\nSG_MUL_VAL_ 259 leaf inner 2-2;\n";

Database parsed(const std::string& text = kDbc) {
  auto result = parse(text, "car.dbc");
  EXPECT_TRUE(result.ok() && result->diagnostics.empty());
  return result->database;
}

using Entries = std::vector<NameAlias>;
using Names = std::vector<std::string>;

// With the aliases applied.
struct Aliased {
  Database database;
  Diagnostics diagnostics;
  explicit Aliased(const std::vector<NameAlias>& aliases, const std::vector<MessageCopies>& copies = {},
                   const std::string& text = kDbc)
      : database(parsed(text)) {
    apply_names(database, copies, aliases, diagnostics);
  }
  [[nodiscard]] std::vector<std::string> messages() const {
    std::vector<std::string> names;
    for (const Message& message : database.messages) names.push_back(message.name);
    return names;
  }
  [[nodiscard]] std::vector<std::string> signals(std::string_view message) const {
    std::vector<std::string> names;
    for (const Signal& signal : database.message(message)->signals) names.push_back(signal.name);
    return names;
  }
  [[nodiscard]] std::string told() const {
    std::string text;
    for (const Diagnostic& one : diagnostics) text += to_string(one) + "\n";
    return text;
  }
};

TEST(Aliases, GiveMessagesAndSignalsTheNamesThatUsersKnow) {
  const Aliased aliased(
      Entries{{"Battery", "Pack"}, {"Battery.voltage", "Pack.volts"}, {"Drive.speed", "Drive.rpm"}});
  EXPECT_EQ(aliased.told(), "");
  EXPECT_EQ(aliased.messages(), (Names{"Battery", "Drive", "Gps", "Deep"}));
  EXPECT_EQ(aliased.signals("Battery"), (Names{"voltage", "amps"}));
  EXPECT_EQ(aliased.signals("Drive"), Names{"speed"});
  EXPECT_EQ(aliased.database.message("Battery")->id, 256U);
}

TEST(Aliases, ReachGroupsAndRelations) {
  const Aliased aliased(Entries{{"Pack.voltage", "Pack.volts"}, {"Motor", "Drive"}});
  ASSERT_EQ(aliased.database.signal_groups.size(), 2U);
  EXPECT_EQ(aliased.database.signal_groups[0].signals, (Names{"voltage", "amps"}));
  EXPECT_EQ(aliased.database.signal_groups[1].signals, Names{"rpm"});
  ASSERT_EQ(aliased.database.relation_attributes.size(), 1U);
  EXPECT_EQ(aliased.database.relation_attributes[0].signal_or_variable, "voltage");
}

TEST(Aliases, ReachSelectorsAlsoThoseThatAreSelectedThemselves) {
  const Aliased aliased(Entries{{"Gps.mode", "Gps.page"},
                                {"Deep.first", "Deep.outer"},
                                {"Deep.second", "Deep.inner"},
                                {"Deep.third", "Deep.leaf"}});
  EXPECT_EQ(aliased.told(), "");
  const Message& deep = *aliased.database.message("Deep");
  EXPECT_EQ(deep.signal("second")->multiplexing->selector, "first");
  EXPECT_EQ(deep.signal("third")->multiplexing->selector, "second");
  Diagnostics found;
  const auto plan = DecodePlan::compile(aliased.database, found),
             before = DecodePlan::compile(parsed(), found);
  EXPECT_TRUE(found.empty());
  for (std::size_t m = 0; m < plan->messages().size(); ++m) {
    const MessagePlan &one = plan->messages()[m], &other = before->messages()[m];
    ASSERT_EQ(one.signals.size(), other.signals.size());
    for (std::size_t s = 0; s < one.signals.size(); ++s) {
      EXPECT_EQ(one.signals[s].selector, other.signals[s].selector) << one.row->fields[s].name;
    }
  }
  EXPECT_EQ(plan->messages()[2].row->fields[1].layout->selector, "mode");
  EXPECT_EQ(plan->messages()[3].row->fields[2].layout->selector, "second");
}

TEST(Aliases, OfTwoThatHaveChangedNamesAreBothApplied) {
  const Aliased aliased(Entries{{"Pack", "Drive"},
                                {"Drive", "Pack"},
                                {"Drive.amps", "Pack.volts"},
                                {"Drive.volts", "Pack.amps"},
                                {"Pack.speed", "Drive.rpm"}});
  EXPECT_EQ(aliased.told(), "");
  EXPECT_EQ(aliased.messages(), (Names{"Drive", "Pack", "Gps", "Deep"}));
  EXPECT_EQ(aliased.signals("Drive"), (Names{"amps", "volts"}));
  EXPECT_EQ(aliased.signals("Pack"), Names{"speed"});
  EXPECT_EQ(aliased.database.relation_attributes[0].signal_or_variable, "amps");
}

TEST(Aliases, OfWhatIsNotThereArePassedOver) {
  const Aliased aliased(Entries{{"Old", "Nothing"}, {"Pack.old", "Pack.nothing"}, {"Old.x", "Nothing.y"}});
  EXPECT_EQ(aliased.told(), "");
  EXPECT_EQ(aliased.messages(), (Names{"Pack", "Drive", "Gps", "Deep"}));
  EXPECT_EQ(aliased.signals("Pack"), (Names{"volts", "amps"}));
}

TEST(Aliases, NeverGiveTwoThingsOneName) {
  const Aliased aliased(Entries{{"Drive", "Pack", {"node.toml", 4, 1}},
                                {"Old", "Gps", {"node.toml", 5, 1}},
                                {"Old", "Deep", {"node.toml", 6, 1}},
                                {"Drive.volts", "Drive.rpm", {"node.toml", 7, 1}},
                                {"Pack.amps", "Pack.volts", {}}});
  EXPECT_EQ(aliased.messages(), (Names{"Pack", "Drive", "Old", "Deep"}));
  EXPECT_EQ(aliased.signals("Pack"), (Names{"volts", "amps"}));
  EXPECT_EQ(aliased.signals("Drive"), Names{"volts"});
  EXPECT_EQ(aliased.told(),
            "node.toml:6:1: warning: 'Old' in [alias] is left out: another message is called that: give that "
            "one an alias of its own, or 'Deep' another one\n"
            "node.toml:4:1: warning: 'Drive' in [alias] is left out: another message is called that: give "
            "that one an alias of its own, or 'Pack' another one\n"
            "car.dbc:4:6: warning: 'Pack.amps' in [alias] is left out: another signal is called that: give "
            "that one an alias of its own, or 'Pack.volts' another one\n");
}

// Pack cannot become Drive and so stays Pack, which Gps cannot become then.
TEST(Aliases, WhoIsLeftOutKeepsItsNameFromOthers) {
  const Aliased aliased(Entries{{"Drive", "Pack"}, {"Pack", "Gps"}});
  EXPECT_EQ(aliased.messages(), (Names{"Pack", "Drive", "Gps", "Deep"}));
  EXPECT_EQ(aliased.diagnostics.size(), 2U);
}

TEST(Aliases, OfOneThingTheFirstCounts) {
  const Aliased aliased(Entries{{"Battery", "Pack"}, {"Cells", "Pack", {"node.toml", 5, 1}}});
  EXPECT_EQ(aliased.messages()[0], "Battery");
  EXPECT_EQ(
      aliased.told(),
      "node.toml:5:1: warning: 'Cells' in [alias] is left out: message 'Pack' is 'Battery' already: keep "
      "one of the two\n");
}

TEST(Aliases, OfSeveralOfOneNameAreLeftOut) {
  const std::string twice =
      std::string(kDbc) + "BO_ 300 Pack: 8 A\n SG_ volts : 0|16@1+ (1,0) [0|0] \"\" B\n";
  const Aliased aliased(Entries{{"Battery", "Pack"}, {"Battery.voltage", "Pack.volts"}}, {}, twice);
  EXPECT_EQ(aliased.messages(), (Names{"Pack", "Drive", "Gps", "Deep", "Pack"}));
  ASSERT_EQ(aliased.diagnostics.size(), 2U);
  EXPECT_NE(aliased.diagnostics[0].message.find("several messages called 'Pack'"), std::string::npos);
}

TEST(Aliases, OfASignalStandBesideTheNameThatItsMessageIsKnownBy) {
  const Aliased aliased(Entries{{"Battery", "Pack"}, {"Pack.voltage", "Pack.volts", {"node.toml", 5, 1}}});
  EXPECT_EQ(aliased.signals("Battery"), (Names{"volts", "amps"}));
  EXPECT_EQ(
      aliased.told(),
      "node.toml:5:1: warning: 'Pack.voltage' in [alias] is left out: its message is known as 'Battery': "
      "write 'Battery.voltage'\n");
}

std::vector<MessageCopies> two_nodes(std::vector<std::string> only) {
  MessageCopies node{"node", 0x40, 1, std::move(only), {}};
  node.copies = {{1, "_a", {}}, {2, "_b", {}}};
  return {node};
}

TEST(Aliases, HoldForCopiesWhichAreMadeUnderKnownNames) {
  const Aliased aliased(Entries{{"Battery", "Pack"}, {"Battery.voltage", "Pack.volts"}},
                        two_nodes({"Battery"}));
  EXPECT_EQ(aliased.messages(), (Names{"Battery_a", "Battery_b", "Drive", "Gps", "Deep"}));
  EXPECT_EQ(aliased.signals("Battery_b"), (Names{"voltage", "amps"}));
  EXPECT_EQ(aliased.database.messages[1].labels[0], (std::pair<std::string, std::string>("type", "Battery")));
}

TEST(Aliases, MayBeOfOneCopy) {
  const Aliased aliased(Entries{{"Battery", "Pack"},
                                {"Trailer", "Battery_b"},
                                {"Trailer.voltage", "Battery_b.volts"},
                                {"Chain", "Battery"}},  // no copy is called that
                        two_nodes({"Battery"}));
  EXPECT_EQ(aliased.messages(), (Names{"Battery_a", "Trailer", "Drive", "Gps", "Deep"}));
  EXPECT_EQ(aliased.signals("Trailer"), (Names{"voltage", "amps"}));
}

TEST(Aliases, LeaveEveryValueAsItIs) {
  const Aliased aliased(Entries{{"Battery", "Pack"},
                                {"Battery.a", "Pack.amps"},
                                {"Position", "Gps"},
                                {"Position.mode", "Gps.page"},
                                {"Position.x", "Gps.lon"},
                                {"Deep.i", "Deep.inner"},
                                {"Drive.speed", "Drive.rpm"}});
  ASSERT_EQ(aliased.told(), "");
  Diagnostics found;
  const auto decode = [&](const Database& database, std::vector<StreamBlock>& blocks) {
    Decoder decoder({ChannelPlan{{DecodePlan::compile(database, found)}, {0}}});
    FrameBlock frames;
    std::uint64_t state = 1;
    for (int i = 0; i < 2000; ++i) {
      std::vector<std::uint8_t> data(8);
      for (std::uint8_t& byte : data) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        byte = static_cast<std::uint8_t>(state >> 56U);
      }
      if (i % 3 != 0) data[0] = static_cast<std::uint8_t>(i % 2);
      if (i % 3 == 1) data[1] = 2;
      const std::uint32_t ids[] = {256, 257, 258 | kIdExtended, 259};
      frames.append({WallTime{i}, ids[i % 4], 0, 0, 8, data});
    }
    EXPECT_EQ(decoder.decode(frames, blocks), 0U);
  };
  std::vector<StreamBlock> known, plain;
  decode(aliased.database, known);
  decode(parsed(), plain);
  ASSERT_EQ(known.size(), 4U);
  std::size_t values = 0;
  for (std::size_t b = 0; b < known.size(); ++b) {
    ASSERT_EQ(known[b].stream(), plain[b].stream());
    ASSERT_EQ(known[b].rows(), plain[b].rows());
    ASSERT_EQ(known[b].fields(), plain[b].fields());
    for (std::size_t field = 0; field < known[b].fields(); ++field) {
      for (std::size_t row = 0; row < known[b].rows(); ++row) {
        ASSERT_EQ(known[b].valid(field, row), plain[b].valid(field, row));
        if (!known[b].valid(field, row)) continue;
        ASSERT_EQ(known[b].word(field, row), plain[b].word(field, row));
        ++values;
      }
    }
  }
  EXPECT_GT(values, 3000U);
}

TEST(Aliases, SayWhatSomethingIsKnownBy) {
  const std::vector<NameAlias> aliases{
      {"Battery", "Pack"}, {"Battery.voltage", "Pack.volts"}, {"can1:Motor", "can1:Drive"}};
  EXPECT_EQ(known_name(aliases, "Pack"), "Battery");
  EXPECT_EQ(known_name(aliases, "can0:Pack.amps"), "can0:Battery.amps");
  EXPECT_EQ(known_name(aliases, "Pack.volts"), "Battery.voltage");
  EXPECT_EQ(known_name(aliases, "Battery.volts"), "Battery.voltage");
  EXPECT_EQ(known_name(aliases, "can1:Drive"), "can1:Motor");
  EXPECT_EQ(known_name(aliases, "can0:Drive"), std::nullopt);
  EXPECT_EQ(known_name(aliases, "Battery.voltage"), std::nullopt);
}

}  // namespace
}  // namespace cantrail::dbc
