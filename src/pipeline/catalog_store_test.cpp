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
    auto store = CatalogStore::create(sources_, {}, log_);
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
  std::vector<CatalogSource> sources_ = {{{"bus", "t"}, {"can0"}, {{"counter.dbc", fakes::kDbc}}},
                                         {{"port", "t"}, {}, {}},
                                         {{"other", "t"}, {}, {}}};
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

// A lane that reads the journal may meet a catalog before the sources have met its channels again.
TEST_F(CatalogStoreTest, WhatTheJournalKnewAlreadyBecomesCurrentAsItIs) {
  ASSERT_TRUE(store_->channel(kPort, "later").ok());
  const std::string definition = catalog().definition;
  const auto fresh = CatalogStore::create(sources_, {}, log_);
  ASSERT_TRUE(fresh.ok());
  const auto of_journal = (*fresh)->add(definition);
  ASSERT_TRUE(of_journal.ok());
  ASSERT_NE((*fresh)->current(), *of_journal);
  ASSERT_TRUE((*fresh)->channel(kPort, "later").ok());
  EXPECT_EQ((*fresh)->current(), *of_journal) << "another object would make a lane's decoder begin anew";
}

// With more messages, so that every stream behind its channel gets another id; one is called Wheel.
constexpr const char* kMoreMessages =
    "VERSION \"\"\nBU_: A\nBO_ 256 Counter: 8 A\n SG_ number : 0|32@1+ (1,0) [0|0] \"\" A\n"
    "BO_ 257 Wheel: 8 A\n SG_ speed : 0|32@1+ (1,0) [0|0] \"\" A\n";

TEST_F(CatalogStoreTest, IdsThatSourcesHoldOutlastTheCatalog) {
  const StreamId wheel = stream(kPort, schema("Wheel", {"speed"}));
  const StreamId load = stream(kBus, schema("Load", {"percent"}), 0);
  EXPECT_EQ(store_->newest().renumbered, nullptr);
  for (CatalogSource& source : sources_) source.goes_on = true;
  sources_[kBus].dbcs[0].text = kMoreMessages;
  ASSERT_TRUE(store_->replace(sources_, {}).ok());
  const auto renumbered = store_->newest().renumbered;
  ASSERT_NE(renumbered, nullptr);
  EXPECT_EQ(name(renumbered->at(wheel)), "Wheel");
  EXPECT_EQ(name(renumbered->at(load)), "can0:Load");
  EXPECT_EQ(stream(kPort, schema("Wheel", {"speed"})), wheel) << "asked again";
  const StreamId later = stream(kOther, schema("Later", {"x"}));
  EXPECT_NE(later, wheel);
  EXPECT_NE(later, load);
  const auto after = store_->newest().renumbered;
  EXPECT_EQ(name(after->contains(later) ? after->at(later) : later), "Later");
  // And back: all have their ids again.
  sources_[kBus].dbcs[0].text = fakes::kDbc;
  ASSERT_TRUE(store_->replace(sources_, {}).ok());
  const auto back = store_->newest().renumbered;
  EXPECT_TRUE(back == nullptr || !back->contains(wheel));
  EXPECT_EQ(name(wheel), "Wheel");
}

TEST_F(CatalogStoreTest, AStreamGivesItsNameToAMessageAndTakesItBack) {
  const auto wheel = schema("Wheel", {"speed"});
  (void)stream(kBus, wheel, 0);
  for (CatalogSource& source : sources_) source.goes_on = true;
  const auto names = [&] {
    std::vector<std::string> all;
    for (StreamId id = 0; id < catalog().streams.size(); ++id) all.push_back(name(id));
    return all;
  };
  sources_[kBus].dbcs[0].text = kMoreMessages;
  ASSERT_TRUE(store_->replace(sources_, {}).ok());
  EXPECT_EQ(names(), (std::vector<std::string>{"can0:Counter", "can0:Wheel", "can0:bus/Wheel"}));
  sources_[kBus].dbcs[0].text = fakes::kDbc;
  ASSERT_TRUE(store_->replace(sources_, {}).ok());
  EXPECT_EQ(names(), (std::vector<std::string>{"can0:Counter", "can0:Wheel"}));
}

TEST_F(CatalogStoreTest, WhatEndsLeavesNoStreamAndKeepsThePlaceOfItsName) {
  (void)stream(kPort, schema("Wheel", {"speed"}));
  ASSERT_EQ(*store_->channel(kOther, "can7"), 1);
  std::vector<CatalogSource> fewer = {sources_[kPort]};
  fewer[0].goes_on = true;
  ASSERT_TRUE(store_->replace(fewer, {}).ok());
  EXPECT_EQ(catalog().streams.size(), 1U);
  EXPECT_EQ(catalog().channels.size(), 2U);
  EXPECT_EQ(*store_->source("other"), kOther);
  EXPECT_EQ(store_->source("never"), std::nullopt);
  // Another source takes the name of a bus that nobody has.
  EXPECT_EQ(*store_->channel(kPort, "can0"), 0);
  EXPECT_EQ(catalog().channels[0].source, kPort);
  // Back come both; the bus is port's now, until port ends.
  fewer.push_back(sources_[kBus]);
  const Status refused = store_->could_replace(fewer, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.fault().kind, FaultKind::config);
  fewer[0].goes_on = false;
  ASSERT_TRUE(store_->replace(fewer, {}).ok());
  EXPECT_EQ(catalog().channels[0].source, kBus);
  EXPECT_EQ(catalog().streams.size(), 1U) << "of the DBC; port has none yet";
  EXPECT_EQ(name(0), "can0:Counter");
}

TEST_F(CatalogStoreTest, AChannelLearntAnewDecodesAgain) {
  std::vector<CatalogSource> sources = {{{"log", "logfile"}, {}, {{"counter.dbc", fakes::kDbc}}}};
  store_ = *CatalogStore::create(sources, {}, log_);
  ASSERT_EQ(*store_->channel(0, "vcan0"), 0);
  ASSERT_EQ(catalog().streams.size(), 1U);
  ASSERT_TRUE(store_->replace(sources, {}).ok());  // it is started again, and has not met anything yet
  EXPECT_EQ(catalog().streams.size(), 0U);
  EXPECT_EQ(*store_->channel(0, "vcan0"), 0);
  EXPECT_EQ(catalog().streams.size(), 1U);
}

TEST_F(CatalogStoreTest, WhatCannotBeReplacedStaysAsItIs) {
  const Digest before = catalog().digest;
  sources_[kBus].dbcs[0].text = "no DBC";
  EXPECT_FALSE(store_->could_replace(sources_, {}).ok());
  EXPECT_FALSE(store_->replace(sources_, {}).ok());
  EXPECT_EQ(catalog().digest, before);
  EXPECT_EQ(*store_->channel(kBus, "can0"), 0);
}

}  // namespace
}  // namespace cantrail
