#include <gtest/gtest.h>

#include "decode/catalog/catalog_compiler.hpp"
#include "decode/catalog/definition.hpp"

namespace cantrail {
namespace {

const char* const kDbc =
    "VERSION \"\"\nBU_: A\nBO_ 256 Speed: 8 A\n SG_ kmh : 0|16@1+ (0.01,0) [0|0] \"km/h\" A\n"
    "BO_ 257 Gear: 1 A\n SG_ gear : 0|8@1+ (1,0) [0|0] \"\" A\n";

CatalogSpec spec_of(std::size_t channels) {
  CatalogSpec spec;
  spec.sources = {{"log", "logfile"}};
  spec.dbcs = {{"car.dbc", kDbc}};
  for (std::size_t i = 0; i < channels; ++i) spec.channels.push_back({"can" + std::to_string(i), 0, {0}});
  return spec;
}

TEST(CatalogCompiler, GivesOneStreamPerMessageAndChannel) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  const auto compiled = compiler.compile(spec_of(2), diagnostics);
  ASSERT_TRUE(compiled.ok()) << compiled.fault().message;
  const Catalog& catalog = *(*compiled)->catalog;
  ASSERT_EQ(catalog.streams.size(), 4U);
  EXPECT_EQ(catalog.qualified_name(0), "can0:Speed");
  EXPECT_EQ(catalog.qualified_name(3), "can1:Gear");
  EXPECT_EQ((*compiled)->channels[1].stream_base[0], 2U);
  EXPECT_TRUE(diagnostics.empty());
}

TEST(CatalogCompiler, KeepsIdsWhenAChannelIsAddedBehind) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  const auto one = compiler.compile(spec_of(1), diagnostics);
  const auto two = compiler.compile(spec_of(2), diagnostics);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_NE((*one)->catalog->digest, (*two)->catalog->digest);
  for (StreamId stream = 0; stream < (*one)->catalog->streams.size(); ++stream) {
    EXPECT_EQ((*one)->catalog->qualified_name(stream), (*two)->catalog->qualified_name(stream));
  }
  EXPECT_EQ((*one)->channels[0].plans[0], (*two)->channels[0].plans[0]);  // compiled once
}

TEST(CatalogCompiler, RebuildsTheSameCatalogFromItsDefinition) {
  CatalogCompiler compiler, another;
  Diagnostics diagnostics;
  auto spec = spec_of(2);
  spec.dbcs[0].text += "CM_ \"grad \xB0\";\n";  // CP1252
  const auto first = compiler.compile(spec, diagnostics);
  ASSERT_TRUE(first.ok());
  const auto again = another.compile((*first)->catalog->definition);
  ASSERT_TRUE(again.ok()) << again.fault().message;
  EXPECT_EQ((*again)->catalog->digest, (*first)->catalog->digest);
  EXPECT_EQ((*again)->catalog->streams.size(), 4U);
}

TEST(CatalogCompiler, GivesNoStreamToADefinitionThatIsOlderThanTheStream) {
  CatalogSpec spec;
  spec.sources = {{"car", "obd2"}};
  spec.dbcs = {{"answers.dbc",
                "VERSION \"\"\nBO_ 2024 Answer: 64 A\n SG_ service M : 8|8@1+ (1,0) [0|0] \"\" A\n"
                " SG_ pid m65 : 16|8@1+ (1,0) [0|0] \"\" A\n"}};
  spec.channels = {{"car", 0, {0}}};
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  const auto newest = compiler.compile(spec, diagnostics);
  spec.identification = false;
  const auto older = compiler.compile(spec, diagnostics);
  ASSERT_TRUE(newest.ok() && older.ok());
  EXPECT_NE((*older)->catalog->definition.find("\"protocols\":1"), std::string::npos);
  for (const auto& compiled : {*newest, *older}) {
    const auto again = CatalogCompiler().compile(compiled->catalog->definition);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ((*again)->catalog->streams.size(), compiled->catalog->streams.size());
    EXPECT_EQ((*again)->catalog->digest, compiled->catalog->digest);
  }
  EXPECT_EQ((*older)->catalog->streams.size(), 2U);
  EXPECT_EQ((*newest)->catalog->qualified_name(2), "car:VehicleIdentification");
}

CatalogSpec spec_with_copies() {
  CatalogSpec spec = spec_of(1);
  dbc::MessageCopies node{"node", 0x100, 1, {"Speed"}, {}};
  node.copies = {{1, "_b", {{"room", "Flower back"}}}, {2, "_f", {{"room", "Flower front"}}}};
  spec.copies = {node};
  return spec;
}

TEST(CatalogCompiler, CopiesMessagesToOtherIdentifiersWithLabels) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  const auto compiled = compiler.compile(spec_with_copies(), diagnostics);
  ASSERT_TRUE(compiled.ok()) << compiled.fault().message;
  const Catalog& catalog = *(*compiled)->catalog;
  ASSERT_EQ(catalog.streams.size(), 3U);
  EXPECT_EQ(catalog.qualified_name(0), "can0:Speed_b");
  EXPECT_EQ(catalog.streams[0].row->can_id, 0x100U);
  EXPECT_EQ(catalog.qualified_name(1), "can0:Speed_f");
  EXPECT_EQ(catalog.streams[1].row->can_id, 0x200U);
  EXPECT_EQ(catalog.qualified_name(2), "can0:Gear");
  using Labels = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(catalog.streams[1].row->labels,
            (Labels{{"type", "Speed"}, {"node", "2"}, {"suffix", "_f"}, {"room", "Flower front"}}));
  EXPECT_TRUE(catalog.streams[2].row->labels.empty());
  EXPECT_TRUE(diagnostics.empty());
}

TEST(CatalogCompiler, ACopyOfACopyKeepsItsTypeAndHasBothSuffixes) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  CatalogSpec spec = spec_with_copies();
  dbc::MessageCopies side{"side", 0x400, 1, {"Speed_f"}, {}};
  side.copies = {{2, "_left", {{"room", "Aisle"}}}};
  spec.copies.push_back(side);
  const auto compiled = compiler.compile(spec, diagnostics);
  ASSERT_TRUE(compiled.ok()) << compiled.fault().message;
  const RowSchema& row = *(*compiled)->catalog->streams[1].row;
  EXPECT_EQ(row.name, "Speed_f_left");
  EXPECT_EQ(row.can_id, 0x600U);
  using Labels = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(
      row.labels,
      (Labels{{"type", "Speed"}, {"node", "2"}, {"suffix", "_f_left"}, {"room", "Aisle"}, {"side", "2"}}));
  EXPECT_EQ(*row.label("room"), "Aisle");
  EXPECT_EQ(row.label("rack"), nullptr);
}

TEST(CatalogCompiler, DecodesACopyAsTheOriginal) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  const auto compiled = compiler.compile(spec_with_copies(), diagnostics);
  ASSERT_TRUE(compiled.ok());
  dbc::Decoder decoder((*compiled)->channels);
  FrameBlock frames;
  const std::vector<std::uint8_t> data{0x10, 0x27, 0, 0, 0, 0, 0, 0};
  frames.append({WallTime{1}, 0x200, 0, 0, 8, data});
  frames.append({WallTime{2}, 0x300, 0, 0, 8, data});
  std::vector<StreamBlock> blocks;
  EXPECT_EQ(decoder.decode(frames, blocks), 1U);
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].stream(), 1U);
  EXPECT_DOUBLE_EQ(blocks[0].f64(0)[0], 100.0);
}

TEST(CatalogCompiler, LeavesOutACopyWithoutAnIdentifierOfItsOwn) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  CatalogSpec spec = spec_with_copies();
  spec.copies[0].step = 1;  // Speed's second would be Gear
  spec.copies[0].copies.push_back({2000, "_far", {}});
  const auto compiled = compiler.compile(spec, diagnostics);
  ASSERT_TRUE(compiled.ok());
  EXPECT_EQ((*compiled)->catalog->streams.size(), 2U);
  ASSERT_EQ(diagnostics.size(), 2U);
  EXPECT_NE(diagnostics[0].message.find("[copies.node] copy 2000 of Speed"), std::string::npos)
      << diagnostics[0].message;
  EXPECT_NE(
      diagnostics[1].message.find("copy 2 of Speed would have the identifier of another message; it is"),
      std::string::npos)
      << diagnostics[1].message;
}

TEST(CatalogCompiler, TellsOneWrongStepOnceAtItsPlace) {
  CatalogSpec spec = spec_with_copies();
  spec.copies[0].step = 0x7FF;
  spec.copies[0].where = {"node.toml", 7, 8};
  for (int i = 3; i < 12; ++i) spec.copies[0].copies.push_back({i, "_" + std::to_string(i), {}});
  Diagnostics diagnostics;
  ASSERT_TRUE(CatalogCompiler().compile(spec, diagnostics).ok());
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(to_string(diagnostics[0])
                .find("node.toml:7:8: warning: [copies.node] copy 2 of Speed and 9 more would"),
            0U)
      << to_string(diagnostics[0]);
}

TEST(CatalogCompiler, RebuildsCopiesFromTheDefinition) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  const auto plain = compiler.compile(spec_of(1), diagnostics);
  const auto copied = compiler.compile(spec_with_copies(), diagnostics);
  ASSERT_TRUE(plain.ok() && copied.ok());
  EXPECT_EQ((*plain)->catalog->streams.size(), 2U);  // the same text without copies is another plan
  CatalogCompiler another;
  const auto again = another.compile((*copied)->catalog->definition);
  ASSERT_TRUE(again.ok()) << again.fault().message;
  EXPECT_EQ((*again)->catalog->digest, (*copied)->catalog->digest);
  EXPECT_EQ((*again)->catalog->qualified_name(1), "can0:Speed_f");
  EXPECT_EQ((*again)->catalog->streams[1].row->labels, (*copied)->catalog->streams[1].row->labels);
}

CatalogSpec spec_with_aliases() {
  CatalogSpec spec = spec_of(2);
  spec.aliases = {
      {"Velocity", "Speed", {"node.toml", 3, 1}}, {"Velocity.v", "Speed.kmh"}, {"can1:Shift", "can1:Gear"}};
  return spec;
}

TEST(CatalogCompiler, CallsMessagesAndSignalsByTheirAliases) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  const auto compiled = compiler.compile(spec_with_aliases(), diagnostics);
  ASSERT_TRUE(compiled.ok()) << compiled.fault().message;
  EXPECT_TRUE(diagnostics.empty());
  const Catalog& catalog = *(*compiled)->catalog;
  ASSERT_EQ(catalog.streams.size(), 4U);
  EXPECT_EQ(catalog.qualified_name(0), "can0:Velocity");
  EXPECT_EQ(catalog.streams[0].row->fields[0].name, "v");
  EXPECT_EQ(catalog.streams[0].row->fields[0].unit, "km/h");
  EXPECT_EQ(catalog.streams[0].row->can_id, 256U);
  EXPECT_EQ(catalog.qualified_name(1), "can0:Gear");  // can1's only
  EXPECT_EQ(catalog.qualified_name(2), "can1:Velocity");
  EXPECT_EQ(catalog.qualified_name(3), "can1:Shift");
  const auto plain = compiler.compile(spec_of(2), diagnostics);  // the same text is another plan
  EXPECT_EQ((*plain)->catalog->qualified_name(3), "can1:Gear");
  EXPECT_NE((*plain)->catalog->digest, catalog.digest);
}

TEST(CatalogCompiler, RebuildsAliasesFromTheDefinition) {
  CatalogCompiler compiler, another;
  Diagnostics diagnostics;
  const auto aliased = compiler.compile(spec_with_aliases(), diagnostics);
  ASSERT_TRUE(aliased.ok());
  const auto again = another.compile((*aliased)->catalog->definition);
  ASSERT_TRUE(again.ok()) << again.fault().message;
  EXPECT_EQ((*again)->catalog->digest, (*aliased)->catalog->digest);
  EXPECT_EQ((*again)->catalog->qualified_name(3), "can1:Shift");
  EXPECT_EQ((*again)->catalog->streams[2].row->fields[0].name, "v");
}

TEST(CatalogCompiler, ComputesNamedSignalsOfKnownNames) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  CatalogSpec spec = spec_with_aliases();
  derive::SignalSpec mph;
  mph.name = "mph";
  mph.expression = "can0:Velocity.v / 1.609344";
  spec.signals = {mph};
  const auto compiled = compiler.compile(spec, diagnostics);
  ASSERT_TRUE(compiled.ok()) << compiled.fault().message;
  ASSERT_NE((*compiled)->derivation, nullptr);
  EXPECT_EQ((*compiled)->derivation->signals.size(), 1U);
}

TEST(CatalogCompiler, TellsWhereAnotherDbcOfTheChannelHasTheName) {
  CatalogSpec spec = spec_with_aliases();
  spec.dbcs.push_back({"more.dbc", "BO_ 300 Velocity: 8 A\n SG_ x : 0|8@1+ (1,0) [0|0] \"\" A\n"});
  spec.channels[1].dbcs = {0, 1};
  Diagnostics diagnostics;
  ASSERT_TRUE(CatalogCompiler().compile(spec, diagnostics).ok());
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(to_string(diagnostics[0]),
            "node.toml:3:1: warning: 'Velocity' in [alias] is now what several messages of channel can1 are "
            "called: give the other one an alias of its own");
}

TEST(CatalogDefinition, RefusesBrokenAliases) {
  const std::string head = R"({"cantrail_catalog":1,"sources":[],"dbcs":[],"channels":[],"aliases":)";
  for (const char* aliases : {"1", "[1]", R"([["a"]])", R"([["a","b","c"]])", R"([["a",1]])",
                              R"([["a","b.c"]])", R"([["can0:a","b"]])", R"([["",""]])"}) {
    EXPECT_FALSE(read_definition(head + aliases + "}").ok()) << aliases;
  }
  const auto read = read_definition(head + R"([["a","b"],["can0:a.c","can0:b.d"]]})");
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->aliases.size(), 2U);
  EXPECT_EQ(read->aliases[1].new_name, "can0:b.d");
}

std::shared_ptr<const RowSchema> level_row() {
  RowSchema row;
  row.name = "Level";
  row.comment = "how much";
  row.cycle_ms = 1000;
  row.labels = {{"room", "Flower back"}};
  row.fields = {{"state", FieldType::u64, "", {}, {}, "the \"state\"", {{0, "fine"}, {~0ULL, "odd"}}, true},
                {"percent", FieldType::f64, "%", 0.0, 100.0, "", {}, false}};
  return std::make_shared<const RowSchema>(row);
}

TEST(CatalogCompiler, KeepsIdsWhenStreamsOfRowsAndChannelsAreAddedInTurn) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  CatalogSpec spec = spec_of(1);
  std::vector<std::string> names = {"can0:Speed", "can0:Gear", "can0:Level", "can1:Speed",
                                    "can1:Gear",  "Level",     "can1:Level"};
  const auto expect_names = [&](std::size_t count) {
    const auto compiled = compiler.compile(spec, diagnostics);
    ASSERT_TRUE(compiled.ok());
    ASSERT_EQ((*compiled)->catalog->streams.size(), count);
    for (StreamId id = 0; id < count; ++id) EXPECT_EQ((*compiled)->catalog->qualified_name(id), names[id]);
    CatalogCompiler another;
    const auto again = another.compile((*compiled)->catalog->definition);
    ASSERT_TRUE(again.ok()) << again.fault().message;
    EXPECT_EQ((*again)->catalog->digest, (*compiled)->catalog->digest);
    for (StreamId id = 0; id < count; ++id) EXPECT_EQ((*again)->catalog->qualified_name(id), names[id]);
  };
  expect_names(2);
  spec.streams.push_back({0, ChannelId{0}, level_row(), 1});
  expect_names(3);
  spec.channels.push_back({"can1", 0, {0}});
  expect_names(5);
  spec.streams.push_back({0, std::nullopt, level_row(), 2});
  spec.streams.push_back({0, ChannelId{1}, level_row(), 2});
  expect_names(7);
}

TEST(CatalogDefinition, KeepsTheSchemaOfRows) {
  CatalogSpec spec = spec_of(1);
  spec.streams.push_back({0, ChannelId{0}, level_row(), 1});
  const auto read = read_definition(write_definition(spec));
  ASSERT_TRUE(read.ok()) << read.fault().message;
  const auto level = level_row();
  const RowSchema &row = *read->streams.at(0).row, &wanted = *level;
  EXPECT_EQ(row.name, wanted.name);
  EXPECT_EQ(row.comment, wanted.comment);
  EXPECT_EQ(row.cycle_ms, wanted.cycle_ms);
  EXPECT_EQ(row.labels, wanted.labels);
  ASSERT_EQ(row.fields.size(), 2U);
  EXPECT_EQ(row.fields[0].comment, wanted.fields[0].comment);
  EXPECT_TRUE(row.fields[0].optional);
  EXPECT_EQ(*row.fields[0].label_of(~0ULL), "odd");
  EXPECT_EQ(row.fields[1].type, FieldType::f64);
  EXPECT_EQ(row.fields[1].unit, "%");
  EXPECT_EQ(row.fields[1].maximum, 100.0);
}

TEST(CatalogDefinition, RefusesBrokenStreamsOfRows) {
  const std::string head =
      R"({"cantrail_catalog":1,"sources":[{"name":"a","type":"b"}],"dbcs":[],"channels":[],"streams":)";
  for (const char* streams :
       {"1", "[1]", R"([{"source":0,"channel":0,"after_channels":0,"row":{"name":"x","fields":[]}}])",
        R"([{"source":1,"channel":null,"after_channels":0,"row":{"name":"x","fields":[]}}])",
        R"([{"source":0,"channel":null,"after_channels":1,"row":{"name":"x","fields":[]}}])",
        R"([{"source":0,"channel":null,"after_channels":0,"row":{"name":"","fields":[]}}])",
        R"([{"source":0,"channel":null,"after_channels":0,"row":{"name":"x","fields":[{"name":"f"}]}}])",
        R"([{"source":0,"channel":null,"after_channels":0,"row":{"name":"x"}}])"}) {
    EXPECT_FALSE(read_definition(head + streams + "}").ok()) << streams;
  }
  EXPECT_TRUE(read_definition(head + "[]}").ok());
}

TEST(CatalogDefinition, RefusesWhatIsNoDefinition) {
  for (const char* text :
       {"", "[]", "{}", "{\"cantrail_catalog\":2}", "{\"cantrail_catalog\":1}",
        R"({"cantrail_catalog":1,"sources":[],"dbcs":[],"channels":[{"alias":"x","source":0,"dbcs":[]}]})"}) {
    const auto spec = read_definition(text);
    ASSERT_FALSE(spec.ok()) << text;
    EXPECT_EQ(spec.fault().kind, FaultKind::corrupt);
  }
}

TEST(CatalogCompiler, RefusesATextThatIsNoDbc) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  auto spec = spec_of(1);
  spec.dbcs[0].text = "just some words";
  const auto compiled = compiler.compile(spec, diagnostics);
  ASSERT_FALSE(compiled.ok());
  EXPECT_EQ(compiled.fault().kind, FaultKind::config);
}

}  // namespace
}  // namespace cantrail
