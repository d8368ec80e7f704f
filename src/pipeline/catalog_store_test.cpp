// Streams of rows in a catalog that grows: who gets which id and which name.
#include "pipeline/catalog_store.hpp"

#include <gtest/gtest.h>

#include "model/stream_reference.hpp"
#include "pipeline/fakes.hpp"

namespace cantrail {
namespace {

constexpr SourceId kBus = 0, kPort = 1, kOther = 2;

std::shared_ptr<const RowSchema> schema(const std::string& name, std::vector<std::string> fields) {
  auto row = std::make_shared<RowSchema>();
  row->name = name;
  for (std::string& field : fields) row->fields.emplace_back().name = std::move(field);
  return row;
}

class CatalogStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    CatalogSpec spec;
    spec.sources = {{"bus", "t"}, {"port", "t"}, {"other", "t"}};
    spec.dbcs = {{"counter.dbc", fakes::kDbc}};
    spec.channels = {{"can0", kBus, {0}}};
    auto store = CatalogStore::create(std::move(spec), {{0}, {}, {}}, log_);
    ASSERT_TRUE(store.ok());
    store_ = *store;
  }
  StreamId stream(SourceId source, const std::shared_ptr<const RowSchema>& row,
                  std::optional<ChannelId> channel = std::nullopt) {
    const auto id = store_->stream(source, channel, row);
    EXPECT_TRUE(id.ok());
    return id ? *id : 0;
  }
  const Catalog& catalog() { return *store_->current()->catalog; }
  std::string name(StreamId id) { return catalog().qualified_name(id); }

  fakes::QuietLog log_;
  std::shared_ptr<CatalogStore> store_;
};

TEST_F(CatalogStoreTest, TheSameSchemaIsTheSameStream) {
  const StreamId first = stream(kPort, schema("Wheel", {"speed"}));
  EXPECT_EQ(stream(kPort, schema("Wheel", {"speed"})), first);
  EXPECT_EQ(name(first), "Wheel");
}

TEST_F(CatalogStoreTest, AnotherSchemaTakesTheNameOver) {
  const StreamId old_one = stream(kPort, schema("Wheel", {"speed"}));
  const CompiledCatalogPtr before = store_->current();
  const StreamId new_one = stream(kPort, schema("Wheel", {"speed", "slip"}));
  ASSERT_NE(new_one, old_one);
  EXPECT_EQ(name(old_one), "Wheel");
  EXPECT_EQ(name(new_one), "Wheel");
  EXPECT_TRUE(catalog().streams[old_one].replaced);
  EXPECT_FALSE(catalog().streams[new_one].replaced);
  EXPECT_FALSE(before->catalog->streams[old_one].replaced) << "a catalog never changes";
  EXPECT_EQ(catalog().streams[old_one].row->fields.size(), 1U) << "rows on their way have the old schema";
  EXPECT_EQ(resolve_field(catalog(), "Wheel.speed")->stream, new_one);
  // Back again: a third stream, since the name means the newest.
  const StreamId third = stream(kPort, schema("Wheel", {"speed"}));
  EXPECT_NE(third, old_one);
  EXPECT_EQ(resolve_field(catalog(), "Wheel.speed")->stream, third);
}

TEST_F(CatalogStoreTest, ALabelIsPartOfTheSchema) {
  const StreamId plain = stream(kPort, schema("Gear", {"gear"}));
  auto labelled = std::make_shared<RowSchema>(*schema("Gear", {"gear"}));
  labelled->fields[0].labels = {{1, "DRIVE"}};
  EXPECT_NE(stream(kPort, labelled), plain);
}

TEST_F(CatalogStoreTest, WhoComesSecondToANameHasItsSourceInFront) {
  EXPECT_EQ(name(stream(kPort, schema("Wheel", {"speed"}))), "Wheel");
  const StreamId second = stream(kOther, schema("Wheel", {"speed"}));
  EXPECT_EQ(name(second), "other/Wheel");
  EXPECT_EQ(stream(kOther, schema("Wheel", {"speed"})), second);
  const StreamId changed = stream(kOther, schema("Wheel", {"slip"}));
  EXPECT_EQ(name(changed), "other/Wheel");
  EXPECT_TRUE(catalog().streams[second].replaced);
  EXPECT_EQ(name(stream(kPort, schema("Wheel", {"slip"}))), "Wheel");
}

TEST_F(CatalogStoreTest, AMessageOfTheChannelKeepsItsName) {
  EXPECT_EQ(name(stream(kBus, schema("Counter", {"n"}), ChannelId{0})), "can0:bus/Counter");
  EXPECT_EQ(name(stream(kPort, schema("Counter", {"n"}))), "Counter") << "that one has no channel";
}

TEST_F(CatalogStoreTest, ADefinitionRebuildsWhatIsReplaced) {
  const StreamId old_one = stream(kPort, schema("Wheel", {"speed"}));
  (void)stream(kPort, schema("Wheel", {"slip"}));
  const auto again = store_->add(catalog().definition);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE((*again)->catalog->streams[old_one].replaced);
}

}  // namespace
}  // namespace cantrail
