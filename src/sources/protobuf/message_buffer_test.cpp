#include "sources/protobuf/message_buffer.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "sources/protobuf/test_client.hpp"

namespace cantrail::protobuf {
namespace {

using testing::framed;
using testing::varint;

// Feeds all of `bytes` in pieces; what was taken.
std::vector<std::string> feed(MessageBuffer& buffer, const std::string& bytes, std::mt19937& random,
                              std::size_t most) {
  std::vector<std::string> taken;
  for (std::size_t at = 0; at < bytes.size() && !buffer.broken();) {
    const auto room = buffer.room();
    EXPECT_FALSE(room.empty());
    const std::size_t size = std::min({1 + random() % most, room.size(), bytes.size() - at});
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), size, room.begin());
    buffer.filled(size);
    at += size;
    while (buffer.complete()) taken.emplace_back(as_text(buffer.take()));
  }
  return taken;
}

TEST(MessageBuffer, GivesEveryMessageHoweverItComes) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::string> sent;
    std::string bytes;
    for (int i = 0; i < 40; ++i) {
      const std::size_t size = random() % 5 == 0 ? random() % 100'000 : random() % 300;
      sent.emplace_back(size, static_cast<char>('a' + i % 26));
      bytes += framed(sent.back());
    }
    MessageBuffer buffer(100'000);
    EXPECT_EQ(feed(buffer, bytes, random, seed % 2 == 0 ? 10 : 70'000), sent);
    EXPECT_FALSE(buffer.in_message());
    EXPECT_EQ(buffer.take_too_large(), 0U);
  }
}

TEST(MessageBuffer, PassesOverWhatIsTooLargeAndGoesOnBehindIt) {
  std::mt19937 random(1);
  MessageBuffer buffer(1000);
  const std::string bytes = framed("one") + framed(std::string(1001, 'x')) +
                            framed(std::string(500'000, 'y')) + framed(std::string(1000, 'z')) +
                            framed("two");
  EXPECT_EQ(feed(buffer, bytes, random, 4096),
            (std::vector<std::string>{"one", std::string(1000, 'z'), "two"}));
  EXPECT_EQ(buffer.take_too_large(), 2U);
  EXPECT_EQ(buffer.take_too_large(), 0U);
}

TEST(MessageBuffer, KnowsThatItIsInAMessage) {
  std::mt19937 random(1);
  for (const std::string& bytes : {std::string("\x80"), std::string("\5abc"), varint(5000) + "x"}) {
    MessageBuffer buffer(1000);
    EXPECT_FALSE(buffer.in_message());
    EXPECT_TRUE(feed(buffer, bytes, random, 100).empty());
    EXPECT_TRUE(buffer.in_message());
  }
}

TEST(MessageBuffer, ASizeThatIsNoneBreaksTheStream) {
  std::mt19937 random(1);
  for (const std::string& bytes :
       {std::string(10, '\xff'), varint(std::uint64_t{1} << 31), varint(~std::uint64_t{0})}) {
    MessageBuffer buffer(1000);
    EXPECT_EQ(feed(buffer, framed("ok") + bytes + framed("never"), random, 5),
              std::vector<std::string>{"ok"});
    EXPECT_TRUE(buffer.broken());
  }
}

TEST(MessageBuffer, TakesNoMemoryForWhatIsOnlyAnnounced) {
  MessageBuffer buffer(std::size_t{64} << 20);
  const std::string head = varint(std::size_t{64} << 20);
  auto room = buffer.room();
  std::copy(head.begin(), head.end(), room.begin());
  buffer.filled(head.size());
  EXPECT_LE(buffer.room().size(), std::size_t{64} << 10);
}

TEST(MessageBuffer, NeverHoldsMoreThanTheLargestMessage) {
  std::mt19937 random(1);
  MessageBuffer buffer(std::size_t{1} << 20);
  std::size_t most = 0;
  const std::string bytes = framed(std::string(std::size_t{1} << 20, 'x'));
  for (std::size_t at = 0; at < bytes.size();) {
    const auto room = buffer.room();
    most = std::max(most, at + room.size());
    const std::size_t size = std::min<std::size_t>({room.size(), bytes.size() - at, 5000});
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), size, room.begin());
    buffer.filled(size);
    at += size;
  }
  ASSERT_TRUE(buffer.complete());
  EXPECT_EQ(buffer.take().size(), std::size_t{1} << 20);
  EXPECT_LE(most, (std::size_t{1} << 20) + 10);
  EXPECT_LE(buffer.room().size(), std::size_t{256} << 10) << "what one large message took goes back";
}

}  // namespace
}  // namespace cantrail::protobuf
