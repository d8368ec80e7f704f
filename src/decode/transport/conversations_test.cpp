// Decoder and conversations together, under a catalog: rows, parts, what is nobody's, and that it does not
// matter where batches are cut.
#include "decode/transport/conversations.hpp"

#include <random>

#include <gtest/gtest.h>

#include "decode/catalog/catalog_compiler.hpp"
#include "decode/transport/test_dbc.hpp"

namespace cantrail::transport {
namespace {

using Bytes = std::vector<std::uint8_t>;

using testing::kDbc;

struct Row {
  std::string stream;
  std::size_t frame;
  std::vector<std::string> cells;
  bool operator==(const Row&) const = default;
};

struct World {
  World() {
    CatalogSpec spec;
    spec.sources = {{"bus", "test"}};
    spec.dbcs = {{"test.dbc", kDbc}};
    spec.channels = {{"can0", 0, {0}}, {"can1", 0, {}}};
    Diagnostics diagnostics;
    auto made = CatalogCompiler().compile(std::move(spec), diagnostics);
    EXPECT_TRUE(made) << made.fault().message;
    compiled = *made;
  }

  void send(std::uint32_t id, const Bytes& data, ChannelId channel = 0) {
    frames.append({WallTime{now += 1'000'000}, id, 0, channel, static_cast<std::uint8_t>(data.size()), data});
  }
  void packets(std::uint8_t source, std::uint32_t group, const Bytes& payload) {
    const auto size = payload.size();
    const auto count = static_cast<std::uint8_t>((size + 6) / 7);
    send(0x18ECFF00U | source | kIdExtended,
         {32, static_cast<std::uint8_t>(size), static_cast<std::uint8_t>(size >> 8), count, 0xFF,
          static_cast<std::uint8_t>(group), static_cast<std::uint8_t>(group >> 8),
          static_cast<std::uint8_t>(group >> 16)});
    for (std::uint8_t i = 0; i < count; ++i) {
      Bytes data{static_cast<std::uint8_t>(i + 1)};
      for (std::size_t k = i * 7U; k < i * 7U + 7; ++k) data.push_back(k < size ? payload[k] : 0xFF);
      send(0x18EBFF00U | source | kIdExtended, data);
    }
  }

  // Cuts the frames into batches of at most `most` each (0: all in one).
  std::vector<Row> decode(std::size_t most = 0, std::uint64_t seed = 0) {
    dbc::Decoder decoder(compiled->channels);
    Conversations conversations(compiled->transport, compiled->catalog->streams.size());
    std::mt19937_64 random(seed);
    std::vector<Row> rows;
    std::vector<StreamBlock> blocks;
    undecoded = 0;
    parts.clear();
    for (std::size_t begin = 0; begin < frames.size();) {
      const std::size_t size =
          std::min(frames.size() - begin, most == 0 ? frames.size() : 1 + random() % most);
      FrameBlock batch;
      for (std::size_t i = begin; i < begin + size; ++i) batch.append(frames[i]);
      conversations.reclaim(blocks);
      undecoded += decoder.decode(batch, blocks);
      std::vector<std::uint32_t> its;
      undecoded += conversations.decode(batch, decoder.aside(), blocks, its);
      for (const std::uint32_t one : its) parts.push_back(begin + one);
      add_rows(blocks, begin, rows);
      begin += size;
    }
    losses.clear();
    conversations.take_losses(losses);
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
      return std::tie(a.frame, a.stream) < std::tie(b.frame, b.stream);
    });
    return rows;
  }

  void add_rows(const std::vector<StreamBlock>& blocks, std::size_t begin, std::vector<Row>& rows) const {
    for (std::size_t i = 1; i < blocks.size(); ++i) EXPECT_LT(blocks[i - 1].stream(), blocks[i].stream());
    for (const StreamBlock& block : blocks) {
      const RowSchema& schema = *compiled->catalog->streams[block.stream()].row;
      EXPECT_EQ(block.fields(), schema.fields.size());
      EXPECT_TRUE(std::is_sorted(block.frame().begin(), block.frame().end()));
      for (std::size_t row = 0; row < block.rows(); ++row) {
        Row& out = rows.emplace_back(Row{schema.name, begin + block.frame()[row], {}});
        for (std::size_t field = 0; field < block.fields(); ++field) {
          out.cells.push_back(schema.fields[field].name + "=" +
                              cell(block, schema.fields[field], field, row));
        }
      }
    }
  }

  static std::string cell(const StreamBlock& block, const FieldSchema& schema, std::size_t field,
                          std::size_t row) {
    if (!block.valid(field, row)) return std::string(to_string(block.quality(field, row)));
    if (schema.type == FieldType::text) return std::string(block.text(field, row));
    if (schema.type == FieldType::f64) return std::to_string(block.f64(field)[row]);
    return std::to_string(block.u64(field)[row]);
  }

  CompiledCatalogPtr compiled;
  FrameBlock frames;
  std::int64_t now = 0;
  std::uint32_t undecoded = 0;
  std::vector<std::size_t> parts;
  std::vector<std::pair<ChannelId, TransportLosses>> losses;
};

TEST(Conversations, APacketedGroupIsARowAtItsLastFrame) {
  World world;
  Bytes payload(40, 0xFF);
  payload[12] = 0x80;
  payload[13] = 0x25;
  payload[39] = 7;
  world.packets(5, 0xFEE3, payload);
  const auto rows = world.decode();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0],
            (Row{"EC1", 6, {"Speed=1200.000000", "Last=7", "source=5", "destination=255", "priority=6"}}));
  EXPECT_EQ(world.parts, (std::vector<std::size_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(world.undecoded, 0U);
}

TEST(Conversations, AGroupThatFitsAFrameIsDecodedFromPacketsToo) {
  World world;
  world.send(0x0CF00400 | kIdExtended, {0, 0, 0, 0x40, 0x1F, 0, 0, 0});
  world.packets(9, 0xF004, {0, 0, 0, 0x80, 0x25, 0, 0, 0, 0});
  world.send(0x0CF00400 | kIdExtended, {0, 0, 0, 0x40, 0x1F, 0, 0, 0});
  world.send(0x0CF00400 | kIdExtended, {0, 0, 0, 0xFF, 0xFF, 0, 0, 0});
  const auto rows = world.decode();
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[1].cells[0], "Speed=1200.000000");
  EXPECT_EQ(rows[1].frame, 3U);
  EXPECT_EQ(rows[2].cells[0], "Speed=1000.000000");
  EXPECT_EQ(rows[3].cells[0], "Speed=not_available");
}

TEST(Conversations, TroubleCodesOfJ1939AreARowEach) {
  World world;
  world.send(0x18FECA00 | kIdExtended, {0x40, 0xFF, 0x5B, 0x00, 0x03, 0x01, 0xFF, 0xFF});
  world.send(0x18FECB17 | kIdExtended, {0x00, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF});
  world.packets(3, 0xFECA, {0x04, 0x3F, 0x02, 0x01, 0xE5, 0x7F, 0x10, 0x00, 0x1F, 0x8A});
  const auto rows = world.decode();
  ASSERT_EQ(rows.size(), 4U);
  const std::vector<std::string> first{"spn=91",
                                       "fmi=3",
                                       "occurrences=1",
                                       "conversion_method=0",
                                       "malfunction_lamp=1",
                                       "red_stop_lamp=0",
                                       "amber_warning_lamp=0",
                                       "protect_lamp=0",
                                       "malfunction_flash=not_available",
                                       "red_stop_flash=not_available",
                                       "amber_warning_flash=not_available",
                                       "protect_flash=not_available",
                                       "source=0",
                                       "destination=255",
                                       "priority=6"};
  EXPECT_EQ(rows[0], (Row{"DM1", 0, first}));
  EXPECT_EQ(rows[1].stream, "DM2");
  EXPECT_EQ(rows[1].cells[0], "spn=not_available");
  EXPECT_EQ(rows[1].cells[4], "malfunction_lamp=0");
  EXPECT_EQ(rows[1].cells[12], "source=23");
  const auto begins = [](const Row& row, const std::vector<std::string>& cells) {
    EXPECT_EQ(std::vector<std::string>(row.cells.begin(), row.cells.begin() + 4), cells);
  };
  begins(rows[2], {"spn=459010", "fmi=5", "occurrences=not_available", "conversion_method=0"});
  begins(rows[3], {"spn=16", "fmi=31", "occurrences=10", "conversion_method=1"});
  EXPECT_EQ(rows[3].frame, 4U);
  EXPECT_EQ(rows[3].cells[6], "amber_warning_lamp=1");
  EXPECT_EQ(rows[3].cells[8], "malfunction_flash=0");
}

// As the car answers in the recording with the odd name "nissan".
TEST(Conversations, AnAnswerIsDecodedByItsService) {
  World world;
  world.send(0x7BB, {0x10, 0x0A, 0x62, 0x01, 0x00, 0x7E, 0x50, 0x07});
  world.send(0x7B3, {0x30, 0, 0});  // the tester's: nobody's
  world.send(0x7BB, {0x21, 0xC8, 0xFF, 0x81, 0x5E, 0xAA, 0xAA, 0xAA});
  world.send(0x7BB, {0x03, 0x7F, 0x22, 0x31, 0xAA, 0xAA, 0xAA, 0xAA});
  const auto rows = world.decode();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0], (Row{"Temperature", 2, {"Indoor=24.500000", "response=256", "service=98"}}));
  EXPECT_EQ(rows[1], (Row{"Temperature", 3, {"Indoor=inactive", "response=inactive", "service=127"}}));
  EXPECT_EQ(world.undecoded, 1U);
}

TEST(Conversations, TroubleCodesOfAnswersAreARowEach) {
  World world;
  world.send(0x7BB, {0x10, 0x0B, 0x59, 0x02, 0xFF, 0x01, 0x23, 0x1A});
  world.send(0x7BB, {0x21, 0x8D, 0xC1, 0x00, 0x87, 0x04, 0, 0});
  world.send(0x7BB, {0x04, 0x43, 0x01, 0x41, 0x05});
  world.send(0x7BB, {0x03, 0x59, 0x02, 0xFF});
  std::vector<Row> codes;
  for (const Row& row : world.decode()) {
    if (row.stream == "TroubleCodes") codes.push_back(row);
  }
  ASSERT_EQ(codes.size(), 4U);
  EXPECT_EQ(codes[0].cells,
            (std::vector<std::string>{"code=P0123", "failure_type=26", "status=141", "test_failed=1",
                                      "pending=1", "confirmed=1", "warning=1", "service=89", "ecu=1979"}));
  EXPECT_EQ(codes[1].cells[0], "code=U0100");
  EXPECT_EQ(codes[1].cells[3], "test_failed=0");
  EXPECT_EQ(codes[2].cells[0], "code=C0105");
  EXPECT_EQ(codes[2].cells[2], "status=inactive");
  EXPECT_EQ(codes[3].cells[0], "code=not_available");
}

TEST(Conversations, AnAnswerThatLacksCodesDoesNotSayThatThereAreNone) {
  World world;
  world.send(0x7BB, {0x02, 0x43, 0x00});              // none
  world.send(0x7BB, {0x03, 0x43, 0x01, 0x01});        // one, cut
  world.send(0x7BB, {0x04, 0x44, 0x02, 0x01, 0x33});  // no list of codes
  world.send(0x7BB, {0x04, 0x47, 0x02, 0x01, 0x33});  // two, of which one is there
  std::vector<Row> codes;
  for (const Row& row : world.decode()) {
    if (row.stream == "TroubleCodes") codes.push_back(row);
  }
  ASSERT_EQ(codes.size(), 1U);
  EXPECT_EQ(codes[0].cells[0], "code=not_available");
}

// The answer with this payload: a first frame and those behind it.
void answer(World& world, const Bytes& payload) {
  Bytes first{static_cast<std::uint8_t>(0x10 | payload.size() >> 8),
              static_cast<std::uint8_t>(payload.size())};
  first.insert(first.end(), payload.begin(), payload.begin() + 6);
  world.send(0x7BB, first);
  std::uint8_t number = 0;
  for (std::size_t at = 6; at < payload.size(); at += 7) {
    Bytes next{static_cast<std::uint8_t>(0x20 | (++number & 0xF))};
    next.insert(next.end(), payload.begin() + static_cast<std::ptrdiff_t>(at),
                payload.begin() + static_cast<std::ptrdiff_t>(std::min(at + 7, payload.size())));
    world.send(0x7BB, next);
  }
}

Bytes with_text(Bytes lead, std::string_view text) {
  lead.insert(lead.end(), text.begin(), text.end());
  return lead;
}

TEST(Conversations, WhatAVehicleSaysOfItselfIsARowEach) {
  using namespace std::string_view_literals;
  World world;
  answer(world, with_text({0x49, 0x02, 0x01}, "WVWZZZ1JZXW000001"));
  answer(world, with_text({0x49, 0x04, 0x02}, "03L906018AB     \0\0second\xB0 one\0\0\0"sv));
  answer(world, with_text({0x49, 0x0A, 0x01}, "ECM\0-EngineControl\0\0"sv));
  answer(world, with_text({0x62, 0xF1, 0x90}, "WVWZZZ1JZXW000002"));
  answer(world, with_text({0x49, 0x02, 0x01}, "WVWZZZ1JZXW"));         // cut
  answer(world, with_text({0x49, 0x06, 0x01}, "\x12\x34\x56\x78"sv));  // no text
  std::vector<Row> texts;
  for (const Row& row : world.decode()) {
    if (row.stream == "VehicleIdentification") texts.push_back(row);
  }
  ASSERT_EQ(texts.size(), 5U);
  EXPECT_EQ(texts[0].cells, (std::vector<std::string>{"kind=2", "text=WVWZZZ1JZXW000001", "ecu=1979"}));
  EXPECT_EQ(texts[1].cells, (std::vector<std::string>{"kind=4", "text=03L906018AB", "ecu=1979"}));
  EXPECT_EQ(texts[2].cells, (std::vector<std::string>{"kind=4", "text=second? one", "ecu=1979"}));
  EXPECT_EQ(texts[3].cells, (std::vector<std::string>{"kind=10", "text=ECM?-EngineControl", "ecu=1979"}));
  EXPECT_EQ(texts[4].cells[1], "text=WVWZZZ1JZXW000002");
}

TEST(Conversations, ALongMessageWithoutServicesIsItsPayload) {
  World world;
  world.send(0x7BC, {0x10, 200, 9, 0, 0, 0, 0, 0});
  for (unsigned i = 0; i < 28; ++i) {
    world.send(0x7BC, {static_cast<std::uint8_t>(0x20 | ((i + 1) & 0xF)), 0, 0, 0, 0, 5, 0, 0});
  }
  const auto rows = world.decode();
  ASSERT_EQ(rows.size(), 1U);
  // 6 bytes in the first frame, then 27 times 7: the last frame holds 5 bytes.
  EXPECT_EQ(rows[0].cells, (std::vector<std::string>{"A=9", "Z=5"}));
}

TEST(Conversations, LeavesMessagesOfCanFdAlone) {
  World world;
  Bytes data(16, 0);
  data[9] = 3;
  world.send(291, data);
  const auto rows = world.decode();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0], (Row{"Fd", 0, {"At9=3"}}));
}

TEST(Conversations, ChannelsWithoutADbcHaveNone) {
  World world;
  world.send(0x7BB, {0x03, 0x7F, 0x22, 0x31}, 1);
  world.send(0x18ECFF00 | kIdExtended, {32, 9, 0, 2, 0xFF, 0xCA, 0xFE, 0}, 1);
  EXPECT_TRUE(world.decode().empty());
  EXPECT_EQ(world.undecoded, 2U);
}

TEST(Conversations, WhereBatchesAreCutDoesNotMatter) {
  std::mt19937_64 random(11);
  World whole;
  for (int i = 0; i < 400; ++i) {
    const auto source = static_cast<std::uint8_t>(random() % 4);
    Bytes payload(9 + random() % 60);
    for (auto& byte : payload) byte = static_cast<std::uint8_t>(random());
    const std::uint32_t groups[] = {0xFEE3, 0xF004, 0xFECA, 0xFECB, 0xFF00};
    whole.packets(source, groups[random() % 5], payload);
    whole.send(0x0CF00400 | kIdExtended, {0, 0, 0, static_cast<std::uint8_t>(random()), 0x20, 0, 0, 0});
    whole.send(0x7BB, {0x10, 0x0A, 0x62, 0x01, 0x00, static_cast<std::uint8_t>(random()), 0x50, 0x07});
    if (random() % 4 != 0)
      whole.send(0x7BB, {0x21, 0xC8, 0xFF, static_cast<std::uint8_t>(random()), 0x5E, 0, 0, 0});
  }
  World lossy;  // the same with frames out of the order of senders, and some missing
  std::vector<std::size_t> order(whole.frames.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = 0; i + 12 < order.size(); i += 5) {
    if (random() % 3 == 0) std::swap(order[i], order[i + random() % 12]);
  }
  for (const std::size_t i : order) {
    if (random() % 50 == 0) continue;
    const FrameView frame = whole.frames[i];
    lossy.send(frame.id, Bytes(frame.data.begin(), frame.data.end()), frame.channel);
  }
  for (World* world : {&whole, &lossy}) {
    const auto rows = world->decode();
    const auto parts = world->parts;
    const auto undecoded = world->undecoded;
    EXPECT_GT(rows.size(), 1000U);
    EXPECT_GT(parts.size(), 1000U);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      SCOPED_TRACE(seed);
      EXPECT_TRUE(world->decode(1 + seed * 7, seed) == rows);
      EXPECT_TRUE(world->parts == parts);
      EXPECT_EQ(world->undecoded, undecoded);
    }
  }
  ASSERT_FALSE(lossy.losses.empty());
  EXPECT_GT(lossy.losses[0].second.of(TransportLoss::wrong_sequence), 0U);
}

}  // namespace
}  // namespace cantrail::transport
