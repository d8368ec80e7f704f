// What a recording holds, and where one ends and the next begins.
#include <algorithm>
#include <array>
#include <set>

#include <gtest/gtest.h>

#include "encode/protobuf/record_decoder.hpp"
#include "formats/mcap/chunk_decoder.hpp"
#include "formats/mcap/record_walker.hpp"
#include "sinks/mcap/channels.hpp"
#include "sinks/mcap/test_world.hpp"

namespace cantrail::mcap_sink {
namespace {

using namespace std::chrono_literals;

std::size_t count_of(const std::vector<FoundMessage>& messages, const std::string& topic) {
  return static_cast<std::size_t>(std::count_if(
      messages.begin(), messages.end(), [&](const FoundMessage& message) { return message.topic == topic; }));
}

void open(World& world, std::optional<Position> expected = std::nullopt) {
  const auto opened = world.open();
  ASSERT_TRUE(opened) << opened.fault().message;
  EXPECT_EQ(*opened, expected);
}

TEST(Sink, RecordsFramesRowsAndWhereTheyAre) {
  World world;
  open(world);
  const auto written =
      world.write({make_batch(world.catalog, 1, 100), make_air_batch(world.catalog, 2, {"a", "b"})});
  ASSERT_TRUE(written) << written.fault().message;
  EXPECT_EQ(written->delivered, 102U);
  EXPECT_EQ(written->undecoded, 0U);
  EXPECT_EQ(written->durable, at(3));
  world.close();
  ASSERT_EQ(world.names(".mcap"), std::vector<std::string>{"node_20231114T221320Z.mcap"});
  const auto messages = world.messages();
  EXPECT_EQ(count_of(messages, "/can0"), 100U);
  EXPECT_EQ(count_of(messages, "/can0/Battery"), 50U);
  EXPECT_EQ(count_of(messages, "/can0/Motor"), 40U);
  EXPECT_EQ(count_of(messages, "/air/Air"), 2U);
  EXPECT_EQ(world.frames().size(), 100U);
  EXPECT_EQ(world.frames().at({1, 1, 99}), 1);
  const auto& first = messages.front();
  const auto frame = encode::protobuf::decode_frame(first.data);
  ASSERT_TRUE(frame);
  EXPECT_EQ(first.log_time_ns, static_cast<std::uint64_t>(kStart));
  EXPECT_EQ(frame->frame.time.ns, kStart);
  EXPECT_EQ(frame->channel, "can0");
  EXPECT_EQ(frame->frame.number(), 0x1DBU);
}

TEST(Sink, EndsEachChunkWithItsCursor) {
  World world;
  world.config.chunk.count = 16 << 10;
  world.remake();
  open(world);
  std::vector<BatchPtr> batches;
  for (std::uint64_t seq = 1; seq <= 20; ++seq) batches.push_back(make_batch(world.catalog, seq, 50));
  ASSERT_TRUE(world.write(batches));
  world.close();
  const std::string name = world.names(".mcap").front();
  const std::string bytes = world.read(name);
  const mcap::MemorySource source(std::as_bytes(std::span(bytes)));
  const mcap::Summary summary = world.summary(name);
  EXPECT_GT(summary.chunks.size(), 3U);
  mcap::ChunkDecoder decoder{mcap::Limits{}};
  std::optional<Position> before;
  for (std::size_t i = 0; i < summary.chunks.size(); ++i) {
    mcap::LoadedChunk chunk;
    ASSERT_TRUE(decoder.read(source, summary.chunks[i], chunk));
    mcap::MessageWalker walker(chunk.records);
    mcap::Message last;
    while (walker.next(last)) {
    }
    EXPECT_EQ(last.channel, kCursorChannel);
    const auto cursor =
        encode::protobuf::decode_cursor({reinterpret_cast<const char*>(last.data.data()), last.data.size()});
    ASSERT_TRUE(cursor);
    EXPECT_EQ(cursor->position.index, 0U) << "chunks end on batches";
    EXPECT_TRUE(!before || *before < cursor->position);
    before = cursor->position;
  }
  EXPECT_EQ(before, at(21));
}

TEST(Sink, LeavesOutWhatIsSwitchedOff) {
  World world;
  world.config.raw = false;
  world.remake();
  open(world);
  auto written = world.write(make_batch(world.catalog, 1, 100));
  ASSERT_TRUE(written);
  EXPECT_EQ(written->delivered, 90U);
  EXPECT_EQ(written->undecoded, 10U);
  world.close();
  EXPECT_EQ(count_of(world.messages(), "/can0"), 0U);
  EXPECT_EQ(count_of(world.messages(), "/can0/Battery"), 50U);

  World raw;
  raw.config.decoded = false;
  raw.remake();
  open(raw);
  written = raw.write({make_batch(raw.catalog, 1, 100), make_air_batch(raw.catalog, 2, {"a"})});
  ASSERT_TRUE(written);
  EXPECT_EQ(written->delivered, 101U);
  raw.close();
  EXPECT_EQ(count_of(raw.messages(), "/can0"), 100U);
  EXPECT_EQ(count_of(raw.messages(), "/can0/Battery"), 0U);
  EXPECT_EQ(count_of(raw.messages(), "/air/Air"), 1U) << "rows of a source are no one else's";
}

TEST(Sink, LeavesOutWhatItsLaneLeavesOut) {
  World world;
  open(world);
  auto batch = make_batch(world.catalog, 1, 20);
  std::erase_if(batch->blocks, [](const StreamBlock& block) { return block.stream() == kMotor; });
  for (std::uint32_t i = 1; i < 20; i += 2) {
    if (i % 10 != 9) batch->left_out.push_back(i);
  }
  const auto written = world.write(batch);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->delivered, 12U);
  EXPECT_EQ(written->undecoded, 0U);
  world.close();
  EXPECT_EQ(world.frames().size(), 12U);
}

TEST(Sink, WritesAPartOfABatch) {
  World world;
  open(world);
  const BatchPtr batch = make_batch(world.catalog, 1, 100);
  auto first = world.sink->write({&batch, 1}, at(1), at(1, 30));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->delivered, 30U);
  auto second = world.sink->write({&batch, 1}, at(1, 30), at(2));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->delivered, 70U);
  world.close();
  const auto frames = world.frames();
  EXPECT_EQ(frames.size(), 100U);
  EXPECT_TRUE(std::all_of(frames.begin(), frames.end(), [](const auto& one) { return one.second == 1; }));
  EXPECT_EQ(count_of(world.messages(), "/can0/Battery"), 50U);
}

TEST(Sink, RecordsGapsAndTheFilesOwnBooks) {
  World world;
  open(world);
  auto batch = make_batch(world.catalog, 1, 10);
  auto raw = std::make_shared<RawBatch>();
  raw->position = at(1);
  raw->catalog = world.catalog;
  raw->frames = batch->raw->frames;
  raw->gaps = {{WallTime{kStart - 5}, WallTime{kStart}, GapReason::receive_overflow, "can0", 7, 0}};
  batch->raw = raw;
  ASSERT_TRUE(world.write(batch));
  world.close();
  const auto messages = world.messages();
  const auto gap = std::find_if(messages.begin(), messages.end(),
                                [](const FoundMessage& message) { return message.topic == "cantrail/gaps"; });
  ASSERT_NE(gap, messages.end());
  const auto decoded = encode::protobuf::decode_gap(gap->data);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->gap, raw->gaps.front());
  EXPECT_EQ(count_of(messages, "cantrail/ledger"), 1U);
}

TEST(Sink, KeepsTheConfigurationInEachFile) {
  World world;
  open(world);
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
  world.close();
  const mcap::Summary summary = world.summary(world.names(".mcap").front());
  ASSERT_EQ(summary.attachments.size(), 2U);
  EXPECT_EQ(summary.attachments[0].info.name, "car.dbc");
  EXPECT_TRUE(summary.attachments[1].info.name.starts_with("catalog-"));
  ASSERT_EQ(summary.metadata.size(), 2U);
  EXPECT_EQ(summary.metadata[0].name, "cantrail");
  EXPECT_EQ(summary.metadata[1].name, "cantrail.recording");
}

TEST(Sink, TakesMoreStreamsInMidFileAndAnotherConfigurationInAFileOfItsOwn) {
  World world;
  open(world);
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
  const CatalogPtr larger = make_larger_catalog();
  ASSERT_TRUE(world.sink->catalog(world.catalog, larger));
  ASSERT_TRUE(world.write(make_batch(larger, 2, 10)));
  EXPECT_EQ(world.names(".mcap.part").size(), 1U);
  EXPECT_TRUE(world.names(".mcap").empty());
  ASSERT_TRUE(world.sink->catalog(larger, make_other_catalog()));
  ASSERT_TRUE(world.write(make_air_batch(make_other_catalog(), 3, {"x"})));
  world.close();
  ASSERT_EQ(world.names(".mcap").size(), 2U);
  const mcap::Summary first = world.summary(world.names(".mcap").front());
  EXPECT_EQ(first.attachments.size(), 4U) << "car.dbc, catalog, second.dbc, catalog";
  EXPECT_EQ(world.frames().size(), 20U);
}

TEST(Sink, SplitsAtTheMarksOfTheClock) {
  World world;
  world.config.split = {"1m"};
  world.remake();
  open(world);
  const std::int64_t minute = Duration(1min).count();
  const std::int64_t start = kStart - kStart % minute;
  std::vector<BatchPtr> batches;
  for (std::uint64_t seq = 1; seq <= 9; ++seq) {
    batches.push_back(
        make_batch(world.catalog, seq, 10, start + static_cast<std::int64_t>(seq - 1) * minute / 3));
  }
  ASSERT_TRUE(world.write(batches));
  world.close();
  ASSERT_EQ(world.names(".mcap"),
            (std::vector<std::string>{"node_20231114T221300Z.mcap", "node_20231114T221400Z.mcap",
                                      "node_20231114T221500Z.mcap"}));
  EXPECT_EQ(world.frames().size(), 90U);
  EXPECT_EQ(world.summary("node_20231114T221400Z.mcap").statistics.start_ns,
            static_cast<std::uint64_t>(start + minute));
}

TEST(Sink, BeginsAFileWithEachTrip) {
  World world;
  world.config.split = {"trip"};
  world.config.trip_gap = 1min;
  world.remake();
  open(world);
  const std::int64_t minute = Duration(1min).count();
  std::uint64_t seq = 1;
  for (const std::int64_t minutes : {0, 0, 2, 2, 10}) {
    ASSERT_TRUE(world.write(make_batch(world.catalog, seq++, 10, kStart + minutes * minute)));
    auto rows = make_air_batch(world.catalog, seq++, {"rows end no trip"}, kStart + (minutes + 1) * minute);
    ASSERT_TRUE(world.write(rows));
  }
  world.close();
  EXPECT_EQ(world.names(".mcap").size(), 3U);
  EXPECT_EQ(world.frames().size(), 50U);
}

TEST(Sink, SplitsBySizeAndNamesNoFileTwice) {
  World world;
  world.config.split = {"64KiB"};
  world.config.compression = "none";
  world.remake();
  open(world);
  for (std::uint64_t seq = 1; seq <= 30; ++seq) ASSERT_TRUE(world.write(make_batch(world.catalog, seq, 100)));
  world.close();
  const auto names = world.names(".mcap");
  ASSERT_GT(names.size(), 3U);
  EXPECT_EQ(names[0], "node_20231114T221320Z.mcap");
  EXPECT_EQ(names[1], "node_20231114T221320Z_0002.mcap");
  EXPECT_EQ(world.frames().size(), 3000U);
}

TEST(Sink, RemovesTheOldestBySizeAndByAge) {
  World world;
  world.config.keep = {1h, 16'000'000, std::nullopt};
  world.config.split = {"64KiB"};
  world.config.compression = "none";
  world.remake();
  open(world);
  std::uint64_t seq = 1;
  for (; seq <= 10; ++seq) ASSERT_TRUE(world.write(make_batch(world.catalog, seq, 1000)));
  EXPECT_GE(world.names(".mcap").size(), 8U);
  world.clock.advance(2h);
  ASSERT_TRUE(world.write(make_batch(world.catalog, seq++, 1000)));
  EXPECT_LE(world.names(".mcap").size(), 1U);
  for (; seq <= 300; ++seq) ASSERT_TRUE(world.write(make_batch(world.catalog, seq, 1000)));
  std::uint64_t bytes = 0;
  for (const std::string& name : world.names("")) bytes += world.read(name).size();
  EXPECT_LE(bytes, 16'400'000U);
  EXPECT_GT(bytes, 12'000'000U);
  world.close();
}

TEST(Sink, KeepsItsAgeWhenTheClockSteps) {
  World world;
  world.config.keep = {1h, std::nullopt, std::nullopt};
  world.config.split = {"64KiB"};
  world.config.compression = "none";
  world.remake();
  open(world);
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 1000)));
  ASSERT_TRUE(world.write(make_batch(world.catalog, 2, 1000)));
  world.clock.step_wall(24h * 365 * 50);
  ASSERT_TRUE(world.write(make_batch(world.catalog, 3, 1000)));
  world.close();
  EXPECT_EQ(world.frames().size(), 3000U);
}

TEST(Sink, FindsItsCursorInTheFilesWhereTheListIsGone) {
  World world;
  open(world);
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
  world.close();
  ASSERT_TRUE(world.files.remove(world.folder + "/recordings.index"));
  world.remake();
  open(world, at(2));
  ASSERT_TRUE(world.files.exists(world.folder + "/recordings.index"));
}

TEST(Sink, KeepsItsCursorWhenFilesAreTakenAway) {
  World world;
  open(world);
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
  world.close();
  for (const std::string& name : world.names(".mcap"))
    ASSERT_TRUE(world.files.remove(world.folder + "/" + name));
  world.remake();
  open(world, at(2));
}

TEST(Sink, LeavesFilesOfOthersAlone) {
  World world;
  world.config.keep = {1h, 16'000'000, std::nullopt};
  world.remake();
  ASSERT_TRUE(write_file_atomically(world.files, world.folder + "/notes.mcap", std::string(20'000'000, 'x')));
  open(world);
  world.clock.advance(100h);
  ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
  world.close();
  EXPECT_TRUE(world.files.exists(world.folder + "/notes.mcap"));
}

TEST(Sink, TakesTimesAtTheEdges) {
  World world;
  open(world);
  auto raw = std::make_shared<RawBatch>();
  raw->position = at(1);
  raw->catalog = world.catalog;
  const std::array<std::uint8_t, 1> data{1};
  for (const std::int64_t time : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
                                  std::numeric_limits<std::int64_t>::max()}) {
    raw->frames.append({WallTime{time}, 1, 0, 0, 1, data});
  }
  auto batch = std::make_shared<Batch>();
  batch->raw = raw;
  ASSERT_TRUE(world.write(batch));
  world.close();
  std::set<std::int64_t> times;
  for (const FoundMessage& message : world.messages()) {
    if (message.topic == "/can0") times.insert(encode::protobuf::decode_frame(message.data)->frame.time.ns);
  }
  EXPECT_EQ(times.size(), 4U);
}

TEST(Sink, AFileEndsInTimeWhileNothingComes) {
  for (const std::vector<std::string>& split : {std::vector<std::string>{"1s"}, {"trip"}}) {
    World world;
    world.config.split = split;
    world.config.trip_gap = 1s;
    world.remake();
    open(world);
    EXPECT_TRUE(world.sink->idle());
    ASSERT_TRUE(world.write(make_batch(world.catalog, 1, 10)));
    world.clock.advance(900ms);
    ASSERT_TRUE(world.sink->idle());
    EXPECT_TRUE(world.names(".mcap").empty());
    world.clock.advance(200ms);
    const auto again = world.sink->idle();
    ASSERT_TRUE(again);
    EXPECT_FALSE(*again);
    EXPECT_EQ(world.names(".mcap").size(), 1U);
    EXPECT_TRUE(world.names(".part").empty());
    ASSERT_TRUE(world.write(make_batch(world.catalog, 2, 10, kStart + 2'000'000'000)));
    world.close();
    EXPECT_EQ(world.names(".mcap").size(), 2U);
    EXPECT_EQ(world.frames().size(), 20U);
  }
}

}  // namespace
}  // namespace cantrail::mcap_sink
