// Rows against protobuf's own reflection and JSON, over random types and messages; and whatever bytes come,
// the same are refused.
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.hpp"
#include "sources/protobuf/row_decoder.hpp"
#include "sources/protobuf/shape_reader.hpp"
#include "sources/protobuf/test_types.hpp"

namespace cantrail::protobuf {
namespace {

using testing::actual_cells;
using testing::difference;
using testing::expected_cells;
using testing::RandomTypes;

const google::protobuf::LogSilencer quiet;  // of what damaged messages make protobuf say

ByteSpan as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

RowPlanPtr plan_of(const google::protobuf::Descriptor& type) {
  auto shapes = read_shapes(type);
  EXPECT_TRUE(shapes.ok()) << shapes.fault().message;
  auto plan = plan_rows(std::move(*shapes), "Test", "");
  EXPECT_TRUE(plan.ok()) << plan.fault().message;
  return *plan;
}

RC_GTEST_PROP(RowOracle, ARowHoldsWhatReflectionFinds, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  RandomTypes types(seed);
  std::mt19937 random(seed);
  const RowPlanPtr plan = plan_of(*types.type());
  RowDecoder decoder(plan);
  constexpr std::size_t kRows = 70;  // more than a word of validity
  StreamBlock block;
  decoder.begin(block, 0, kRows);
  std::vector<std::unique_ptr<google::protobuf::Message>> messages;
  for (std::size_t row = 0; row < kRows; ++row) {
    messages.push_back(types.message(random));
    const std::string bytes = messages.back()->SerializeAsString();
    RC_ASSERT(!decoder.decode(row, as_bytes(bytes)).malformed);
  }
  for (std::size_t row = 0; row < kRows; ++row) {
    const std::string wrong = difference(expected_cells(*messages[row]), actual_cells(*plan, block, row));
    if (!wrong.empty()) {
      RC_FAIL("seed " + std::to_string(seed) + ", row " + std::to_string(row) + "\n" + wrong +
              types.type()->file()->DebugString() + messages[row]->DebugString());
    }
  }
}

// Two serialized messages one behind the other are one, whose fields are merged.
RC_GTEST_PROP(RowOracle, MessagesBehindEachOtherAreMerged, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  RandomTypes types(seed);
  std::mt19937 random(seed);
  const RowPlanPtr plan = plan_of(*types.type());
  RowDecoder decoder(plan);
  StreamBlock block;
  decoder.begin(block, 0, 1);
  const std::string bytes =
      types.message(random)->SerializeAsString() + types.message(random)->SerializeAsString();
  const auto merged = types.empty_message();
  RC_ASSERT(merged->ParseFromString(bytes));
  RC_ASSERT(!decoder.decode(0, as_bytes(bytes)).malformed);
  const std::string wrong = difference(expected_cells(*merged), actual_cells(*plan, block, 0));
  if (!wrong.empty()) {
    RC_FAIL("seed " + std::to_string(seed) + "\n" + wrong + types.type()->file()->DebugString() +
            merged->DebugString());
  }
}

// Bytes of a message, damaged.
std::string damaged(std::string bytes, std::mt19937& random) {
  for (std::uint32_t n = static_cast<std::uint32_t>(random() % 4); n > 0 && !bytes.empty(); --n) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 5) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
        break;
      case 2:
        bytes.erase(at, 1 + random() % 4);
        break;
      case 3:
        bytes.insert(at, 1 + random() % 12, static_cast<char>(random() % 3 == 0 ? 0xFF : random()));
        break;
      default:
        bytes.resize(at);
    }
  }
  return bytes;
}

RC_GTEST_PROP(RowOracle, RefusesWhatProtobufRefusesAndReadsTheRestAlike, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  RandomTypes types(seed);
  std::mt19937 random(seed);
  const RowPlanPtr plan = plan_of(*types.type());
  RowDecoder decoder(plan);
  StreamBlock block;
  for (int i = 0; i < 60; ++i) {
    std::string bytes = damaged(types.message(random)->SerializeAsString(), random);
    if (i % 10 == 9) {
      bytes.resize(random() % 40);
      for (char& byte : bytes) byte = static_cast<char>(random());
    }
    decoder.begin(block, 0, 1);
    const bool malformed = decoder.decode(0, as_bytes(bytes)).malformed;
    const auto message = types.empty_message();
    const bool good = message->ParseFromString(bytes);
    const std::string where = "seed " + std::to_string(seed) + ", " + std::to_string(i) + "\n";
    if (good == malformed) {
      RC_FAIL(where + (good ? "good, and refused: " : "no message, and taken: ") + to_hex(as_bytes(bytes)) +
              "\n" + types.type()->file()->DebugString() + message->DebugString());
    }
    if (!good || !testing::is_sayable(*message)) continue;
    const auto expected = expected_cells(*message);
    if (const std::string wrong = difference(expected, actual_cells(*plan, block, 0)); !wrong.empty()) {
      RC_FAIL(where + wrong + types.type()->file()->DebugString() + message->DebugString());
    }
  }
}

}  // namespace
}  // namespace cantrail::protobuf
