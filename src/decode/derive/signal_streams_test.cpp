#include "decode/derive/signal_streams.hpp"

#include <bit>

#include <gtest/gtest.h>

#include "decode/catalog/definition.hpp"
#include "decode/derive/test_world.hpp"

namespace cantrail::derive {
namespace {

std::vector<std::string> signal_names(const Catalog& catalog) {
  std::vector<std::string> names;
  for (StreamId id = 0; id < catalog.streams.size(); ++id) {
    if (catalog.streams[id].named_signal) names.push_back(catalog.qualified_name(id));
  }
  return names;
}

std::string fault_of(std::vector<SignalSpec> signals) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  const auto compiled = compiler.compile(node_spec(std::move(signals)), diagnostics);
  return compiled ? "" : compiled.fault().message;
}

TEST(SignalStreams, OneForEachCopyWithItsSuffixAndLabels) {
  SignalSpec dry = named("dry_bulb", "PT100.dry");
  dry.good = Band{20, 28};
  const auto compiled = compile(node_spec({dry}));
  const Catalog& catalog = *compiled->catalog;
  EXPECT_EQ(signal_names(catalog), (std::vector<std::string>{"dry_bulb_b", "dry_bulb_f"}));
  const RowSchema& row = *catalog.streams[*stream_of(catalog, "dry_bulb_f")].row;
  EXPECT_EQ(*row.label("room"), "Front");
  EXPECT_EQ(*row.label("suffix"), "_f");
  EXPECT_EQ(*row.label("type"), "dry_bulb");
  ASSERT_EQ(row.fields.size(), 1U);
  EXPECT_EQ(row.fields[0].name, "value");
  EXPECT_EQ(row.fields[0].unit, "degC");
  EXPECT_EQ(row.fields[0].good, (Band{20, 28}));
}

TEST(SignalStreams, ACopyNamedWithItsSuffixHasNoneOfItsOwn) {
  SignalSpec only_front = named("pressure", "BME280.pressure");
  only_front.copies = {"_f"};
  const auto compiled = compile(node_spec({named("lab_temp", "PT100_f.dry"), only_front}));
  EXPECT_EQ(signal_names(*compiled->catalog), (std::vector<std::string>{"lab_temp", "pressure_f"}));
}

TEST(SignalStreams, OfACopyAndOfSomethingThatThereIsOnce) {
  const auto compiled = compile(node_spec(
      {computed("above", "dry - reference"), named("dry", "PT100.dry"), named("reference", "PT100_b.wet")}));
  EXPECT_EQ(signal_names(*compiled->catalog),
            (std::vector<std::string>{"dry_b", "dry_f", "reference", "above_b", "above_f"}));
}

TEST(SignalStreams, AreNotThereWhereSomethingIsMissing) {
  const auto compiled = compile(node_spec({computed("x", "PT100.dry + PT100.none"), named("y", "None.dry")}));
  EXPECT_TRUE(signal_names(*compiled->catalog).empty());
  EXPECT_EQ(compiled->derivation, nullptr);
}

TEST(SignalStreams, LeaveOutANameThatIsTaken) {
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  const auto compiled =
      compiler.compile(node_spec({named("dry", "PT100.dry"), named("dry_b", "PT100_b.wet")}), diagnostics);
  ASSERT_TRUE(compiled.ok());
  EXPECT_EQ(signal_names(*(*compiled)->catalog), (std::vector<std::string>{"dry_b", "dry_f"}));
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_NE(diagnostics[0].message.find("dry_b is left out"), std::string::npos);
}

TEST(SignalStreams, KeepTheirIdsWhenChannelsAreAdded) {
  const std::vector<SignalSpec> signals{named("dry", "PT100.dry"), named("far", "can1:PT100.dry"),
                                        computed("both", "dry + far")};
  const auto one = compile(node_spec(signals, 1)), two = compile(node_spec(signals, 2));
  const Catalog &before = *one->catalog, &after = *two->catalog;
  ASSERT_LT(before.streams.size(), after.streams.size());
  for (StreamId id = 0; id < before.streams.size(); ++id) {
    EXPECT_EQ(before.qualified_name(id), after.qualified_name(id));
  }
  EXPECT_EQ(signal_names(before), (std::vector<std::string>{"dry_b", "dry_f"}));
  EXPECT_EQ(signal_names(after),
            (std::vector<std::string>{"dry_b", "dry_f", "far_b", "far_f", "both_b", "both_f"}));
  EXPECT_EQ(one->derivation->lookback_ns, 0);
  EXPECT_EQ(two->derivation->lookback_ns, kDefaultMaxAgeNs);
}

TEST(SignalStreams, ReachBackAsFarAsTheirLongestChain) {
  SignalSpec rh = computed("rh", "psychro_rh(PT100.dry, PT100.wet, BME280.pressure)");
  rh.max_age_ns = 5;
  SignalSpec dew = computed("dew", "rh + State.state");
  dew.max_age_ns = 7;
  EXPECT_EQ(compile(node_spec({dew, rh}))->derivation->lookback_ns, 12);
}

TEST(SignalStreams, KeepLabelsOfAFieldThatIsOnlyRenamed) {
  SignalSpec scaled = named("scaled", "State.state");
  scaled.factor = 2;
  const auto compiled = compile(node_spec({named("lamp", "State.state"), scaled}, 1, false));
  const Catalog& catalog = *compiled->catalog;
  const FieldSchema& field = catalog.streams[*stream_of(catalog, "lamp")].row->fields[0];
  ASSERT_EQ(field.labels.size(), 2U);
  EXPECT_EQ(*field.label_of(std::bit_cast<std::uint64_t>(1.0)), "on");
  EXPECT_TRUE(catalog.streams[*stream_of(catalog, "scaled")].row->fields[0].labels.empty());
}

TEST(SignalStreams, ComputedOfThemselvesAreRefusedWithTheWay) {
  EXPECT_EQ(fault_of({computed("a", "b + PT100.dry"), computed("b", "c * 2"), computed("c", "a - 1")}),
            "signal 'a' is computed of itself: a → b → c → a");
  EXPECT_EQ(fault_of({computed("a", "a + 1")}), "signal 'a' is computed of itself: a → a");
  EXPECT_NE(fault_of({computed("a", "dri + 1")}).find("'dri', which is no signal"), std::string::npos);
}

TEST(SignalDefinition, KeepsAllOfASignal) {
  SignalSpec signal = named("level", "State.state");
  signal.unit = "%";
  signal.comment = "of the \"tank\"";
  signal.absent = {255, -1};
  signal.table = {{0, 0}, {10, 2.5}};
  signal.factor = 0.1;
  signal.offset = -3;
  signal.round = 2;
  signal.valid = Band{-1, 1e300};
  signal.good = Band{0.25, 0.5};
  signal.max_age_ns = 123;
  signal.copies = {"_b", "_f*"};
  const CatalogSpec spec = node_spec({signal, computed("x", "level * 2")});
  const auto read = read_definition(write_definition(spec));
  ASSERT_TRUE(read.ok()) << read.fault().message;
  EXPECT_EQ(read->signals, spec.signals);
  EXPECT_EQ(write_definition(*read), write_definition(spec));
}

TEST(SignalDefinition, RefusesWhatIsNone) {
  const std::string whole = write_definition(node_spec({named("x", "PT100.dry")}));
  const std::string good = R"({"name":"x","from":"PT100.dry"})";
  ASSERT_NE(whole.find(good), std::string::npos);
  for (const char* bad :
       {R"({})", R"(7)", R"({"name":"x"})", R"({"name":"x","from":"P.d","expr":"1"})",
        R"({"name":"x","from":"P.d","round":99})", R"({"name":"x","from":"P.d","valid":[1]})",
        R"({"name":"x","from":"P.d","table":[[2,1],[1,1]]})", R"({"name":"x","from":"P.d","absent":["a"]})",
        R"({"name":7,"from":"P.d"})"}) {
    std::string text = whole;
    text.replace(text.find(good), good.size(), bad);
    EXPECT_FALSE(read_definition(text).ok()) << bad;
  }
}

}  // namespace
}  // namespace cantrail::derive
