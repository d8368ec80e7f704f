#include <gtest/gtest.h>

#include "counting_new.hpp"
#include "sources/protobuf/message_buffer.hpp"
#include "sources/protobuf/row_decoder.hpp"
#include "sources/protobuf/test_client.hpp"

namespace cantrail::protobuf {
namespace {

FieldShape field(std::string name, std::uint32_t number, Kind kind) {
  FieldShape shape;
  shape.name = std::move(name);
  shape.number = number;
  shape.kind = kind;
  return shape;
}

TEST(ProtobufMemory, IsNotTakenPerMessageAfterWarmUp) {
  Shapes shapes;
  MessageShape& type = shapes.messages.emplace_back();
  type.name = "Test";
  type.fields = {field("a", 1, Kind::int64), field("b", 2, Kind::text), field("c", 3, Kind::bytes)};
  const auto plan = plan_rows(std::move(shapes), "Test", "");
  ASSERT_TRUE(plan.ok());
  constexpr std::size_t kRows = 1000;
  std::string bytes;
  for (std::size_t i = 0; i < kRows; ++i) {
    bytes +=
        testing::framed(testing::integer(1, i) + testing::bytes(2, "some text") + testing::bytes(3, "\1\2"));
  }
  RowDecoder decoder(*plan);
  MessageBuffer buffer(1000);
  StreamBlock block;
  std::size_t before = 0;
  for (int round = 0; round < 5; ++round) {
    if (round == 2) before = allocations;
    decoder.begin(block, 0, kRows);
    std::size_t row = 0;
    for (std::size_t at = 0; at < bytes.size();) {
      const auto room = buffer.room();
      const std::size_t size = std::min(room.size(), bytes.size() - at);
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), size, room.begin());
      buffer.filled(size);
      at += size;
      while (buffer.complete()) ASSERT_FALSE(decoder.decode(row++, buffer.take()).malformed);
    }
    ASSERT_EQ(row, kRows);
  }
  EXPECT_EQ(allocations - before, 0U);
}

}  // namespace
}  // namespace cantrail::protobuf
