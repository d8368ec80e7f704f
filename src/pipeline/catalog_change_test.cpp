#include "pipeline/catalog_change.hpp"

#include <gtest/gtest.h>

namespace cantrail {
namespace {

using Names = std::vector<std::string>;

FieldSchema field(const std::string& name, const std::string& unit = "", FieldType type = FieldType::f64) {
  FieldSchema schema;
  schema.name = name;
  schema.unit = unit;
  schema.type = type;
  return schema;
}

struct TestCatalog {
  Catalog catalog;
  explicit TestCatalog(const std::string& digest) {
    catalog.digest = sha256(digest);
    catalog.channels = {{"can0", 0, {}}};
  }
  TestCatalog& with(const std::string& name, std::vector<FieldSchema> fields, bool of_channel = true) {
    auto row = std::make_shared<RowSchema>();
    row->name = name;
    row->fields = std::move(fields);
    catalog.streams.push_back({row, of_channel ? std::optional<ChannelId>(0) : std::nullopt, 0});
    return *this;
  }
};

TEST(CatalogChange, IsNoneBetweenEqualCatalogs) {
  const TestCatalog one = TestCatalog("1").with("Battery", {field("voltage", "V")});
  EXPECT_TRUE(compare_catalogs(one.catalog, one.catalog).none());
  const TestCatalog same = TestCatalog("2").with("Battery", {field("voltage", "V")});
  EXPECT_TRUE(compare_catalogs(one.catalog, same.catalog).none());
}

TEST(CatalogChange, NamesStreamsAndFieldsThatComeAndGo) {
  const TestCatalog before =
      TestCatalog("1").with("Battery", {field("voltage"), field("heat")}).with("Old", {field("x")});
  const TestCatalog now =
      TestCatalog("2").with("Battery", {field("current"), field("voltage")}).with("Air", {field("x")}, false);
  const CatalogChange change = compare_catalogs(before.catalog, now.catalog);
  EXPECT_EQ(change.added, (Names{"can0:Battery.current", "Air"}));
  EXPECT_EQ(change.removed, (Names{"can0:Battery.heat", "can0:Old"}));
  EXPECT_TRUE(change.retyped.empty());
}

TEST(CatalogChange, TellsOfUnitsTypesAndLayouts) {
  FieldSchema scaled = field("soc", "%");
  scaled.layout = BitLayout{};
  const TestCatalog before =
      TestCatalog("1").with("Battery", {field("voltage", "mV"), field("count"), scaled});
  scaled.layout->factor = 0.5;
  const TestCatalog now =
      TestCatalog("2").with("Battery", {field("voltage", "V"), field("count", "", FieldType::i64), scaled});
  EXPECT_EQ(compare_catalogs(before.catalog, now.catalog).retyped,
            (Names{"can0:Battery.voltage: unit mV → V",
                   "can0:Battery.count: type " + std::string(to_string(FieldType::f64)) + " → " +
                       std::string(to_string(FieldType::i64)),
                   "can0:Battery.soc: read otherwise from its frame"}));
}

TEST(CatalogChange, CallsRenamedWhatHasANewAlias) {
  const std::vector<dbc::NameAlias> before = {{"Battery", "Pack"}, {"can0:Motor.speed", "can0:Motor.rpm"}};
  const std::vector<dbc::NameAlias> now = {
      {"Battery", "Accumulator"}, {"can0:Motor.speed", "can0:Motor.rpm"}, {"Charger.limit", "Charger.max"}};
  EXPECT_EQ(renamed_in_dbc(before, now), (Names{"Battery → Accumulator", "Charger.limit → Charger.max"}));
  EXPECT_TRUE(renamed_in_dbc(now, now).empty());
  EXPECT_TRUE(renamed_in_dbc(now, {}).empty());
}

TEST(CatalogChange, PassesOverStreamsThatWereReplaced) {
  TestCatalog before = TestCatalog("1").with("Air", {field("x")}, false);
  TestCatalog now = TestCatalog("2").with("Air", {field("x")}, false).with("Air", {field("y")}, false);
  now.catalog.streams[0].replaced = true;
  const CatalogChange change = compare_catalogs(before.catalog, now.catalog);
  EXPECT_EQ(change.added, Names{"Air.y"});
  EXPECT_EQ(change.removed, Names{"Air.x"});
}

}  // namespace
}  // namespace cantrail
