#include "sinks/sqlite/row_chunk.hpp"

#include <random>

#include <gtest/gtest.h>

namespace cantrail::sqlite {
namespace {

using Payload = std::vector<std::uint8_t>;

// Packs frames of one stream without fields and gives back what comes out; `bytes`: what it took.
std::vector<Payload> through_chunk(const std::vector<Payload>& payloads, std::size_t* bytes = nullptr) {
  auto raw = std::make_shared<RawBatch>();
  Batch batch;
  StreamBlock& block = batch.blocks.emplace_back();
  block.reset(0, 0, payloads.size(), true);
  for (std::uint32_t i = 0; i < payloads.size(); ++i) {
    block.frame()[i] = i;
    block.time_ns()[i] = i;
    raw->frames.append(
        {{i}, 0x100, 0, 0, static_cast<std::uint8_t>(payloads[i].size()), std::span(payloads[i])});
  }
  auto catalog = std::make_shared<Catalog>();
  catalog->streams.push_back({std::make_shared<RowSchema>(), ChannelId{0}, 0});
  raw->catalog = std::move(catalog);
  batch.raw = raw;
  const RowRun run{&batch, &block, 0, static_cast<std::uint32_t>(payloads.size()), 0, false};
  ChunkPacker packer;
  std::string packed;
  packer.put(packed, std::span(&run, 1), RowSchema{}, 0x100);
  if (bytes != nullptr) *bytes = packed.size();
  const Result<RowChunk> chunk = unpack_chunk(packed, RowSchema{});
  EXPECT_TRUE(chunk);
  std::vector<Payload> back;
  for (std::size_t row = 0; chunk && row < chunk->rows(); ++row) {
    const std::string_view data = chunk->data(row);
    back.emplace_back(data.begin(), data.end());
  }
  return back;
}

TEST(RowChunk, GivesPayloadsBackByteForByte) {
  std::mt19937 random(3);
  for (const int spread : {1, 2, 7, 127, 128, 129, 255, 256}) {
    std::vector<Payload> payloads;
    Payload payload(8, 250);
    for (int i = 0; i < 300; ++i) {
      payloads.push_back(payload);
      for (std::uint8_t& byte : payload) {
        byte = static_cast<std::uint8_t>(byte + static_cast<int>(random() % spread) - spread / 2);
      }
    }
    EXPECT_EQ(through_chunk(payloads), payloads) << spread;
  }
}

TEST(RowChunk, GivesPayloadsOfDifferentLengthsBack) {
  const std::vector<Payload> payloads{{}, {1}, {255, 0, 255}, Payload(64, 7), {}};
  EXPECT_EQ(through_chunk(payloads), payloads);
}

// A value of 16 bits that wanders over the end of its low byte again and again.
TEST(RowChunk, AByteThatTurnsOverCostsNoMoreThanOneThatDoesNot) {
  const auto wandering = [](unsigned start) {
    std::vector<Payload> payloads;
    for (unsigned i = 0; i < 1000; ++i) {
      const unsigned value = start + i % 3;
      payloads.push_back({static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
    }
    return payloads;
  };
  std::size_t inside = 0, over_the_end = 0;
  through_chunk(wandering(0x1010), &inside);
  through_chunk(wandering(0x10FF), &over_the_end);
  EXPECT_LE(over_the_end, inside + 1000 / 8 + 8) << "the high byte moves by one, which takes a bit or so";
}

TEST(RowChunk, KeepsWhyCellsAreAbsent) {
  RowSchema schema;
  schema.fields.resize(4);
  auto raw = std::make_shared<RawBatch>();
  Batch batch;
  batch.raw = raw;
  StreamBlock& block = batch.blocks.emplace_back();
  block.reset(0, 4, 20, false);
  for (std::size_t row = 0; row < 20; ++row) {
    block.time_ns()[row] = static_cast<std::int64_t>(row);
    for (std::size_t field = 0; field < 4; ++field) block.f64(field)[row] = 0.5;
    if (row % 3 == 0) block.set_absent(1, row, row % 2 == 0 ? Quality::out_of_range : Quality::inactive);
    block.set_absent(2, row, Quality::stale);
    block.set_absent(3, row, Quality::inactive);
  }
  const RowRun run{&batch, &block, 0, 20, 0, true};
  ChunkPacker packer;
  std::string packed;
  packer.put(packed, std::span(&run, 1), schema, {});
  const Result<RowChunk> chunk = unpack_chunk(packed, schema);
  ASSERT_TRUE(chunk);
  for (std::size_t row = 0; row < 20; ++row) {
    for (std::size_t field = 0; field < 4; ++field) {
      ASSERT_EQ(chunk->values.valid(field, row), block.valid(field, row));
      EXPECT_EQ(chunk->values.word(field, row), block.word(field, row)) << field << " " << row;
    }
  }
  for (std::size_t size = 0; size < packed.size(); ++size) {
    (void)unpack_chunk(std::string_view(packed).substr(0, size), schema);  // must not crash
  }
}

}  // namespace
}  // namespace cantrail::sqlite
