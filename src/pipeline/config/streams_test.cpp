// Lane keys, references and patterns against the catalog, copies, aliases, signals.
#include <gtest/gtest.h>

#include "pipeline/config/stream_check.hpp"
#include "pipeline/config/test_reading.hpp"

namespace cantrail {
namespace {

using testing::ConfigFolder;
using testing::read_node;
using testing::Reading;

constexpr const char* kBuses =
    "[source.can0]\ntype = \"bus\"\ndbc = [\"leaf.dbc\", \"bms.dbc\"]\n"
    "[source.can1]\ntype = \"bus\"\ndbc = \"leaf.dbc\"\n";  // lines 2 to 7

Reading with_buses(const std::string& text) {
  const ConfigFolder folder;
  return read_node(folder, kBuses + text);
}

TEST(LaneKeys, AreReadForEverySink) {
  const auto reading = with_buses(
      "[sink.store]\nonly = [\"Bat*\", \"can0:Cells.low\"]\nexcept = \"can1:*\"\nmax_rate = \"30/min\"\n"
      "on_change = true\nwhen_full = \"journal\"\nfrom = \"oldest\"\n");
  EXPECT_EQ(reading.found, "");
  const LaneKeys& keys = reading.config.sinks.at(0).keys;
  EXPECT_EQ(keys.only, (std::vector<std::string>{"Bat*", "can0:Cells.low"}));
  EXPECT_EQ(keys.except, std::vector<std::string>{"can1:*"});
  EXPECT_EQ(keys.max_rate_per_s, 0.5);
  EXPECT_TRUE(keys.on_change);
  Reading again = with_buses("[sink.store]\nmax_rate = \"1/s\"\n");
  EXPECT_EQ(to_parts(std::move(again.config), "").sinks.at(0).keys.max_rate_per_s, 1.0);
}

TEST(LaneKeys, ASinkDoesWhenItsQueueIsFullWhatItCan) {
  EXPECT_EQ(
      with_buses("[sink.store]\nwhen_full = \"drop-oldest\"\n[sink.upload]\nurl = \"x\"\nwhen_full = "
                 "\"journal\"\n")
          .found,
      "node.toml:9:13: error: 'when_full' in [sink.store] cannot be \"drop-oldest\": a durable sink reads "
      "on in the journal, and nothing is dropped; write \"journal\"\n"
      "node.toml:12:13: error: 'when_full' in [sink.upload] cannot be \"journal\": a live sink is not fed "
      "from the journal; write \"drop-oldest\"\n");
}

TEST(LaneKeys, PatternsThatFitNothingAreNamed) {
  EXPECT_EQ(
      with_buses("[sink.store]\nonly = [\"Bat*\", \"Gps*\"]\nexcept = [\"Batery\", \"can0:Battery.volt\"]\n"
                 "[sink.upload]\nurl = \"x\"\nmeasurement = { Moter = \"M\", \"*\" = \"{stream}\" }\n")
          .found,
      "node.toml:9:17: warning: 'only' in [sink.store]: \"Gps*\" fits no stream of this node\n"
      "node.toml:10:11: warning: 'except' in [sink.store]: \"Batery\" fits no stream of this node; did you "
      "mean 'Battery'?\n"
      "node.toml:10:21: warning: 'except' in [sink.store]: \"can0:Battery.volt\" fits no stream of this "
      "node; did you mean 'can0:Battery.voltage'?\n"
      "node.toml:13:17: warning: 'measurement' in [sink.upload]: \"Moter\" fits no stream of this node\n");
}

TEST(LaneKeys, StreamsThatSourcesMakeThemselvesAreThere) {
  EXPECT_EQ(with_buses("[sink.store]\nonly = [\"can0:Bus\", \"*.load\"]\n[sink.upload]\nurl = \"x\"\nkeys = "
                       "\"{can1:Bus.load}\"\n")
                .found,
            "");
  const ConfigFolder folder;
  folder.write("own.dbc", "BO_ 256 Bus: 8 A\n SG_ stop : 0|1@1+ (1,0) [0|0] \"\" A\n");
  EXPECT_EQ(read_node(folder,
                      "[source.can0]\ntype = \"bus\"\ndbc = \"own.dbc\"\n[sink.store]\nonly = "
                      "[\"Bus.stop\", \"can0/Bus.load\"]\n")
                .found,
            "");
}

TEST(LaneKeys, NothingIsSaidOfStreamsWhereADbcIsMissing) {
  const ConfigFolder folder;
  const auto reading =
      read_node(folder, "[source.can0]\ntype = \"bus\"\ndbc = \"lef.dbc\"\n[sink.store]\nonly = \"Cells\"\n");
  EXPECT_EQ(reading.found.find("Cells"), std::string::npos) << reading.found;
}

TEST(References, AreFoundInTheCatalog) {
  EXPECT_EQ(with_buses("[sink.upload]\nurl = \"x\"\nkeys = \"{node}/{can1:Battery.voltage}\"\n").found, "");
  EXPECT_EQ(with_buses("[sink.upload]\nurl = \"x\"\nkeys = \"{Battery.voltage}/{Cells.lo}\"\n").found,
            "node.toml:10:8: error: 'keys' in [sink.upload]: 'Battery.voltage' is ambiguous: "
            "can0:Battery.voltage, can1:Battery.voltage\n"
            "node.toml:10:8: error: 'keys' in [sink.upload]: stream 'Cells' has no field 'lo'; did you mean "
            "'low'?\n");
}

TEST(Copies, AreReadWithTheirLabels) {
  const auto reading = with_buses(
      "[copies.node]\nstep = 0x100\n1 = { room = \"Flower back\", suffix = \"_b\" }\n"
      "3 = { room = \"Veg\", rack = 7, suffix = \"_v\" }\n[sink.store]\nonly = \"Battery_v\"\n");
  EXPECT_EQ(reading.found, "");
  ASSERT_EQ(reading.config.copies.size(), 1U);
  const CopiesSection& section = reading.config.copies[0];
  EXPECT_EQ(section.name, "node");
  EXPECT_EQ(section.step, 0x100);
  EXPECT_EQ(section.base, 1);
  ASSERT_EQ(section.copies.size(), 2U);
  EXPECT_EQ(section.copies[1].number, 3);
  EXPECT_EQ(section.copies[1].suffix, "_v");
  EXPECT_EQ(section.copies[1].labels,
            (std::vector<std::pair<std::string, std::string>>{{"room", "Veg"}, {"rack", "7"}}));
}

TEST(Copies, SayWhatIsWrongWithThem) {
  EXPECT_EQ(
      with_buses("[copies.node]\nstp = 1\nx = { suffix = \"_a\" }\n1 = \"_b\"\n2 = { suffix = \"_c\" }\n"
                 "3 = { suffix = \"_c\", \"a b\" = \"\", room = [] }\n[copies]\nx = 1\n")
          .found,
      "node.toml:8:1: error: 'step' is missing in [copies.node]: for instance step = 0x100\n"
      "node.toml:9:1: error: 'stp' in [copies.node] is no copy: those have numbers, "
      "as in 2 = { room = \"Flower front\", suffix = \"_f\" }\n"
      "node.toml:10:1: error: 'x' in [copies.node] is no copy: those have numbers, as "
      "in 2 = { room = \"Flower front\", suffix = \"_f\" }\n"
      "node.toml:11:5: error: copy 1 in [copies.node] must be a table of labels, as in { room = \"Flower "
      "front\", suffix = \"_f\" }\n"
      "node.toml:13:1: error: copy 3 in [copies.node] has the suffix \"_c\" of another: their signals would "
      "have the same names\n"
      "node.toml:13:22: error: 'a b' in [copies.node.3] cannot be a label: use letters, digits and '_'\n"
      "node.toml:13:41: error: 'room' in [copies.node.3] must be a string, not a list\n"
      "node.toml:15:1: error: 'x' stands in no section of copies: each has a name, write [copies.NAME]\n");
}

TEST(Copies, HaveLabelsThatTemplatesMayName) {
  const std::string copies =
      "[copies.node]\nstep = 0x100\n1 = { room = \"Flower back\", suffix = \"_b\" }\n2 = { rack = 7 }\n";
  const auto sink = [](const std::string& keys) {
    return "[sink.upload]\nurl = \"x\"\nkeys = \"" + keys + "\"\n";
  };
  EXPECT_EQ(with_buses(copies + sink("{node}/{room}/{rack}/{type}{suffix}")).found, "");
  EXPECT_EQ(with_buses(sink("{node}/{rom}") + copies).found,
            "node.toml:10:8: error: 'keys' in [sink.upload] has an unknown placeholder {rom}; did you mean "
            "{room}?\n");
  EXPECT_EQ(with_buses(copies + sink("{place}")).found,
            "node.toml:14:8: error: 'keys' in [sink.upload] has an unknown placeholder {place}: it may have "
            "{stream}, {node}, {type}, {room}, {suffix}, {rack}, or a field as in {Stream.field}\n");
  EXPECT_EQ(with_buses(sink("{room}")).found,
            "node.toml:10:8: error: 'keys' in [sink.upload] has an unknown placeholder {room}: it may have "
            "{stream}, {node}, or a field as in {Stream.field}\n");
}

TEST(Copies, PatternsThatFitNoMessageAreNamed) {
  EXPECT_EQ(
      with_buses("[copies.node]\nstep = 0x100\nonly = [\"Batery\", \"Bat*\", \"Bus\"]\n1 = { suffix = \"_a\" "
                 "}\n[copies.side]\nstep = 0x400\nonly = \"Battery_a\"\n1 = { suffix = \"_l\" }\n")
          .found,
      "node.toml:10:9: warning: 'only' in [copies.node]: \"Batery\" fits no message of the DBCs; did you "
      "mean "
      "'Battery'?\n"
      "node.toml:10:27: warning: 'only' in [copies.node]: \"Bus\" fits no message of the DBCs\n");
}

TEST(Copies, AWrongOneStillHasItsLabels) {
  const auto reading = with_buses(
      "[copies.node]\n1 = { room = \"a\", suffix = \"_a\" }\n[sink.upload]\nurl = \"x\"\nkeys = "
      "\"{room}\"\n");
  EXPECT_EQ(reading.found,
            "node.toml:8:1: error: 'step' is missing in [copies.node]: for instance step = 0x100\n");
}

TEST(Copies, ALabelIsNotOneThatEveryCopyHas) {
  EXPECT_EQ(
      with_buses("[copies.rack]\nstep = 256\n1 = { type = \"x\", rack = \"y\", node = \"z\" }\n").found,
      "node.toml:10:7: error: 'type' in [copies.rack.1] is a label that every copy has already: `type` is "
      "the message's name, `rack` the number of the copy; choose another name\n"
      "node.toml:10:19: error: 'rack' in [copies.rack.1] is a label that every copy has already: `type` "
      "is the message's name, `rack` the number of the copy; choose another name\n");
}

TEST(Aliases, AreReadWithTheirPlaces) {
  const auto reading = with_buses("[alias]\nPack = \"Cells\"\nPack.low = \"Cells.low\"\n");
  EXPECT_NE(reading.found.find("error"), std::string::npos);  // TOML: Pack is a value already
  auto good = with_buses(
      "[alias]\nPack = \"Cells\"\n\"Pack.lowest\" = \"Cells.low\"\nBattery.u = \"Battery.voltage\"\n");
  EXPECT_EQ(good.found, "");
  ASSERT_EQ(good.config.aliases.size(), 3U);
  EXPECT_EQ(good.config.aliases[1].old_name, "Pack.lowest");
  EXPECT_EQ(good.config.aliases[1].new_name, "Cells.low");
  EXPECT_EQ(good.config.aliases[1].where.line, 10U);
  EXPECT_EQ(good.config.aliases[2].old_name, "Battery.u");
  const NodeParts parts = to_parts(std::move(good.config), "");
  ASSERT_EQ(parts.rules.aliases.size(), 3U);
  EXPECT_EQ(parts.rules.aliases[0].new_name, "Cells");
}

constexpr const char* kAlias = "[alias]\nPack = \"Cells\"\n\"Pack.lowest\" = \"Cells.low\"\n";

TEST(Aliases, AreWhatAllOtherSectionsMean) {
  EXPECT_EQ(
      with_buses(std::string(kAlias) +
                 "[copies.node]\nstep = 0x100\nonly = \"Pack\"\n1 = { suffix = \"_a\" }\n2 = { suffix = "
                 "\"_b\" }\n[signal]\nlow = { from = \"Pack.lowest\" }\none = { expr = \"Pack_b.lowest + 1\" "
                 "}\n[sink.store]\nonly = [\"Pack_a\", \"*.lowest\", \"low_b\"]\nexcept = "
                 "\"can0:Pack_b.low*\"\n[sink.upload]\nurl = \"x\"\nkeys = \"{Pack_a.lowest}\"\n")
          .found,
      "");
}

TEST(Aliases, AreHintedToWhoWritesWhatTheDbcSays) {
  EXPECT_EQ(
      with_buses(
          std::string(kAlias) +
          "[signal]\nlow = { from = \"Cells.low\" }\nsum = { expr = \"Pack.low + 1\" }\n[sink.store]\n"
          "only = [\"Cells\", \"can0:Cells.low\"]\n[sink.upload]\nurl = \"x\"\nkeys = \"{Cells.low}\"\n")
          .found,
      "node.toml:12:16: error: 'from' in [signal.low]: there is no 'Cells.low'; [alias] calls it "
      "'Pack.lowest'\n"
      "node.toml:13:16: error: 'expr' in [signal.sum]: there is no 'Pack.low'; [alias] calls it "
      "'Pack.lowest'\n"
      "node.toml:15:9: warning: 'only' in [sink.store]: \"Cells\" fits no stream of this node; [alias] calls "
      "it 'Pack'\n"
      "node.toml:15:18: warning: 'only' in [sink.store]: \"can0:Cells.low\" fits no stream of this node; "
      "[alias] calls it 'can0:Pack.lowest'\n"
      "node.toml:18:8: error: 'keys' in [sink.upload]: there is no 'Cells.low'; [alias] calls it "
      "'Pack.lowest'\n");
}

TEST(Aliases, AreOfTheChannelThatTheySay) {
  EXPECT_EQ(with_buses("[alias]\n\"can1:Pack\" = \"can1:Battery\"\n[sink.store]\nonly = [\"can1:Pack\", "
                       "\"can0:Battery\"]\n")
                .found,
            "");
  EXPECT_EQ(with_buses("[alias]\n\"can1:Pack\" = \"can1:Battery\"\n[sink.store]\nonly = [\"can0:Pack\", "
                       "\"can1:Battery\"]\n")
                .found,
            "node.toml:11:9: warning: 'only' in [sink.store]: \"can0:Pack\" fits no stream of this node; did "
            "you mean 'can1:Pack'?\n"
            "node.toml:11:22: warning: 'only' in [sink.store]: \"can1:Battery\" fits no stream of this node; "
            "[alias] calls it 'can1:Pack'\n");
  EXPECT_EQ(
      with_buses("[alias]\n\"can1:Pack\" = \"Battery\"\n\"can2:Pack\" = \"can2:Battery\"\n").found,
      "node.toml:9:1: error: 'can1:Pack' in [alias] and 'Battery' must say the same channel, or both none: "
      "then it is every one\n"
      "node.toml:10:15: error: 'can2:Pack' in [alias]: there is no stream 'can2:Battery'; did you mean "
      "'can0:Battery'?\n");
}

TEST(Aliases, GoFromANameThatIsGoneToOneThatIsThere) {
  EXPECT_EQ(
      with_buses("[alias]\nPack = \"Cels\"\nBattery = \"Cells\"\n\"A.b\" = \"Cells\"\nC = 5\nD = \"\"\n\"E "
                 "F\" = \"Cells\"\n")
          .found,
      "node.toml:9:8: error: 'Pack' in [alias]: there is no stream 'Cels'; did you mean 'Cells'?\n"
      "node.toml:10:1: error: 'Battery' in [alias] is the name of 'can0:Battery', which is there: it cannot "
      "be "
      "the old name of something else, unless that has an alias too\n"
      "node.toml:11:9: error: 'A.b' in [alias] must be, like 'Cells', a stream\n"
      "node.toml:12:5: error: 'C' in [alias] must be the name it has now, in quotes: a message of the DBC, "
      "or "
      "Message.signal\n"
      "node.toml:13:5: error: 'D' in [alias] must be the name it has now, in quotes: a message of the DBC, "
      "or "
      "Message.signal\n"
      "node.toml:14:1: error: 'E F' in [alias] cannot be a name: use letters, digits and '_', as in "
      "Battery\n");
}

TEST(Aliases, OfTwoThatHaveChangedNamesAreRight) {
  EXPECT_EQ(
      with_buses("[alias]\nBattery = \"Cells\"\nCells = \"Battery\"\n\"Cells.u\" = \"Battery.voltage\"\n"
                 "[sink.store]\nonly = [\"can1:Cells.u\", \"Battery.low\"]\n")
          .found,
      "");
}

TEST(Aliases, AreOfOneThingEach) {
  EXPECT_EQ(
      with_buses("[alias]\nPack = \"Cells\"\nOther = \"Cells\"\n\"Pack.a\" = \"Cells.low\"\nNew = \"Pack\"\n")
          .found,
      "node.toml:10:9: error: 'Other' in [alias]: 'Cells' is 'Pack' already; keep one of the two\n"
      "node.toml:12:7: error: 'New' in [alias]: 'Pack' is what [alias] itself calls something: write the "
      "name that the DBC has\n");
  EXPECT_EQ(
      with_buses("[alias]\nBattery.u = \"Battery.voltage\"\n\"Battery.u\" = \"Battery.voltage\"\n").found,
      "node.toml:10:1: error: 'Battery.u' in [alias] stands there twice: one name is one thing\n");
}

TEST(Aliases, OfASignalStandBesideItsMessagesKnownName) {
  EXPECT_EQ(with_buses("[alias]\n\"Old.lowest\" = \"Cells.low\"\n").found,
            "node.toml:9:1: error: 'Old.lowest' in [alias] is of another message than 'Cells.low': write "
            "\"Cells.lowest\", or give the message an alias too: Old = \"Cells\"\n");
  EXPECT_EQ(with_buses("[alias]\nPack = \"Cells\"\n\"Cells.lowest\" = \"Cells.low\"\n").found,
            "node.toml:10:1: error: 'Cells.lowest' in [alias] is of another message than 'Cells.low': write "
            "\"Pack.lowest\"\n");
  EXPECT_EQ(
      with_buses("[alias]\n\"Cells.lowest\" = \"Cells.lo\"\n").found,
      "node.toml:9:18: error: 'Cells.lowest' in [alias]: message 'Cells' has no signal 'lo'; did you mean "
      "'low'?\n");
}

TEST(Aliases, AreNotOfWhatSourcesMakeThemselves) {
  EXPECT_EQ(
      with_buses("[alias]\nUsage = \"Bus\"\n\"Bus.use\" = \"Bus.load\"\n").found,
      "node.toml:9:9: error: 'Usage' in [alias]: 'Bus' comes from source can0 itself; an alias is of a "
      "message or signal of a DBC\n"
      "node.toml:10:13: error: 'Bus.use' in [alias]: 'Bus' comes from source can0 itself; an alias is of "
      "a message or signal of a DBC\n");
}

TEST(Aliases, AreNotOfNamedSignals) {
  EXPECT_EQ(
      with_buses("[signal]\nlow = { from = \"Cells.low\" }\n[alias]\nlowest = \"low\"\nlow = \"Cells\"\n")
          .found,
      "node.toml:11:10: error: 'lowest' in [alias]: 'low' is a named signal, and is called in [signal] what "
      "it "
      "shall be called\n"
      "node.toml:12:1: error: 'low' in [alias] is the name of a named signal: it cannot be that of something "
      "else\n");
}

TEST(Aliases, MayBeOfOneCopy) {
  const std::string copies =
      "[copies.node]\nstep = 0x100\nonly = \"Pack\"\n1 = { suffix = \"_a\" }\n2 = { suffix = \"_b\" }\n";
  EXPECT_EQ(
      with_buses(copies +
                 "[alias]\nPack = \"Cells\"\nTrailer = \"Pack_b\"\n\"Trailer.low_mv\" = \"Pack_b.low\"\n"
                 "[sink.store]\nonly = [\"Pack_a.low\", \"Trailer.low_mv\"]\n")
          .found,
      "");
  EXPECT_EQ(
      with_buses(copies + "[alias]\nPack = \"Cells\"\nTrailer = \"Pack_c\"\nBattery = \"Pack_b\"\n").found,
      "node.toml:15:11: error: 'Trailer' in [alias]: there is no stream 'Pack_c'; did you mean 'Pack_a'?\n"
      "node.toml:16:1: error: 'Battery' in [alias] is the name of 'can0:Battery', which is there: it "
      "cannot be the old name of something else, unless that has an alias too\n");
  EXPECT_EQ(with_buses(copies + "[alias]\nPack = \"Cells\"\nPack_b = \"Battery\"\n").found,
            "node.toml:15:1: warning: 'Pack_b' in [alias] is now what several messages of channel can0 are "
            "called: give the other one an alias of its own\n");
}

TEST(Signals, AreReadWithAllTheirKeys) {
  auto reading = with_buses(
      "[signal]\nlow = { from = \"Cells.low\", unit = \"mV\", offset = -0.2, factor = 2, good = [20, 28], "
      "valid = [0.5, 99], round = 3, absent = [0xFFFF, -1], table = [[0, 0], [10, 2.5]], comment = \"c\" }\n"
      "power = { expr = \"can0:Battery.voltage * or(low, 1)\", max_age = \"5s\", copies = \"*\" }\n"
      "[sink.store]\nonly = [\"pow*\", \"low.value\"]\n");
  EXPECT_EQ(reading.found, "");
  ASSERT_EQ(reading.config.signal.signals.size(), 2U);
  const NamedSignal& low = reading.config.signal.signals[0];
  EXPECT_EQ(low.from, "Cells.low");
  EXPECT_EQ(low.unit, "mV");
  EXPECT_EQ(low.offset, -0.2);
  EXPECT_EQ(low.factor, 2);
  EXPECT_EQ(low.round, 3);
  EXPECT_EQ(low.good->high, 28);
  EXPECT_EQ(low.valid->low, 0.5);
  EXPECT_EQ(low.absent, (std::vector<std::int64_t>{0xFFFF, -1}));
  EXPECT_EQ(low.table, (std::vector<std::pair<double, double>>{{0, 0}, {10, 2.5}}));
  EXPECT_EQ(low.max_age_ns, 60'000'000'000);
  EXPECT_EQ(reading.config.signal.signals[1].expression, "can0:Battery.voltage * or(low, 1)");
  EXPECT_EQ(reading.config.signal.signals[1].max_age_ns, 5'000'000'000);
  const auto signals = reading.config.signal.signals;
  EXPECT_EQ(to_parts(std::move(reading.config), "").rules.signals, signals);
}

TEST(Signals, AreStreamsThatPatternsCanMean) {
  EXPECT_EQ(
      with_buses("[signal]\nlow = { from = \"Cells.low\" }\n[sink.store]\nonly = \"lo\"\n").found,
      "node.toml:11:8: warning: 'only' in [sink.store]: \"lo\" fits no stream of this node; did you mean "
      "'low'?\n");
  EXPECT_EQ(
      with_buses("[copies.node]\nstep = 0x100\nonly = \"Cells\"\n2 = { suffix = \"_f\" }\n"
                 "[signal]\nlow = { from = \"Cells.low\" }\n[sink.store]\nonly = [\"low_f\", \"low\"]\n")
          .found,
      "node.toml:15:18: warning: 'only' in [sink.store]: \"low\" fits no stream of this node\n");
}

TEST(Signals, ComputedOfThemselvesOrOfEachOthersStreamsAreErrors) {
  EXPECT_EQ(with_buses("[signal]\na = { expr = \"b + 1\" }\nb = { expr = \"Cells.low * a\" }\n").found,
            "node.toml:8:1: error: signal 'a' is computed of itself: a → b → a\n");
  EXPECT_EQ(with_buses("[signal]\na = { from = \"Cells.low\" }\nb = { from = \"a.value\" }\n").found,
            "node.toml:10:14: error: 'from' in [signal.b]: there is no stream 'a'\n");
}

TEST(Signals, TablesAreHeldAgainstWhatTheyMustBe) {
  EXPECT_EQ(
      with_buses("[signal]\na = { from = \"Cells.low\", table = [[1, 2]] }\n"
                 "b = { from = \"Cells.low\", table = [[1, 2], [1, 3]] }\n"
                 "c = { from = \"Cells.low\", table = [1, 2] }\n"
                 "d = { expr = \"Cells.low\", absent = 5, max_age = \"2h\" }\n")
          .found,
      "node.toml:9:35: error: [signal.a] table: has two points or more, ascending by the first number\n"
      "node.toml:10:35: error: [signal.b] table: has two points or more, ascending by the first number\n"
      "node.toml:11:36: error: 'table' in [signal.c] must be pairs as in [[0, 0], [100, 4.5]], not a whole "
      "number\n"
      "node.toml:11:39: error: 'table' in [signal.c] must be pairs as in [[0, 0], [100, 4.5]], not a whole "
      "number\n"
      "node.toml:12:36: error: [signal.d] absent: is of a field; this is computed\n"
      "node.toml:12:49: error: 'max_age' in [signal.d] is 2h, which is too large: 1ms to 1h\n");
}

TEST(Signals, SayWhatIsWrongWithThem) {
  EXPECT_EQ(
      with_buses("[signal]\na = { from = \"Cells.lo\" }\nb = { from = \"Cells.low\", expr = \"Cells.low\" "
                 "}\nc = {}\n"
                 "d = 5\n\"e f\" = {}\ng = { expr = \"cc + 1\", good = [3, 1], rond = 2, factor = 0 }\n"
                 "h = { expr = \"Battery.voltage\", round = 99 }\n")
          .found,
      "node.toml:9:14: error: 'from' in [signal.a]: stream 'Cells' has no field 'lo'; did you mean 'low'?\n"
      "node.toml:10:34: error: [signal.b] expr: stands beside from; a signal is one of the two\n"
      "node.toml:11:5: error: [signal.c] says neither from = \"Stream.field\" nor expr = \"…\"\n"
      "node.toml:12:5: error: signal 'd' must be a table: d = { from = \"Stream.field\" }\n"
      "node.toml:13:1: error: 'e f' cannot be a signal's name: use letters, digits and '_'\n"
      "node.toml:14:14: error: 'expr' in [signal.g] names 'cc', which is no signal; did you mean 'c'?\n"
      "node.toml:14:31: error: [signal.g] good: is [low, high], as in [20, 28]\n"
      "node.toml:14:39: error: unknown key 'rond' in [signal.g]; did you mean 'round'?\n"
      "node.toml:14:58: error: [signal.g] factor: cannot be 0\n"
      "node.toml:15:14: error: 'expr' in [signal.h]: 'Battery.voltage' is ambiguous: can0:Battery.voltage, "
      "can1:Battery.voltage\n"
      "node.toml:15:41: error: 'round' in [signal.h] is 99, which is too large: 0 to 15\n");
}

TEST(NotInBuild, IsSaidOnceOfSectionsThatAreLikeEachOther) {
  const auto reading = with_buses("[sink.influx]\n[sink.cloud]\nlike = \"influx\"\n");
  EXPECT_EQ(
      reading.found,
      "node.toml:8:7: error: sink type 'influx' is not in this build; if that is only a name, say `type` "
      "(this build has: store, upload)\n");
  EXPECT_EQ(reading.not_in_build, std::vector<std::string>{"sink type 'influx'"});
}

TEST(NotInBuild, IsOfItsOwnKindAndOtherKeysAreLeftAlone) {
  const auto reading = with_buses(
      "[sink.redis]\nkeys = \"sensor:{signal}\"\nttl = \"10s\"\nmax_rate = \"often\"\n[source.eye]\ntype = "
      "\"camera\"\nzoom = 3\n[sink.off]\ntype = \"mqtt\"\nenabled = false\n");
  EXPECT_EQ(
      reading.found,
      "node.toml:8:7: error: sink type 'redis' is not in this build; if that is only a name, say `type` "
      "(this build has: store, upload)\n"
      "node.toml:11:12: error: 'max_rate' in [sink.redis] cannot be \"often\": a rate is written \"1/s\", "
      "\"10/min\" or \"6/h\"\n"
      "node.toml:13:8: error: source type 'camera' is not in this build, which lacks libavdevice\n");
  EXPECT_EQ(reading.not_in_build, (std::vector<std::string>{"source type 'camera'", "sink type 'redis'"}));
}

}  // namespace
}  // namespace cantrail
