#include "sources/protobuf/source.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include "sources/datagram/socket_options.hpp"
#include "sources/protobuf/test_client.hpp"
#include "support/source_fixture.hpp"

namespace cantrail::protobuf {
namespace {

namespace fs = std::filesystem;
using cantrail::testing::Delivered;
using cantrail::testing::SourceFixture;
using testing::bytes;
using testing::Client;
using testing::envelope;
using testing::framed;
using testing::integer;
using namespace std::chrono_literals;

constexpr const char* kTypes = R"(syntax = "proto3";
package car;
import "google/protobuf/timestamp.proto";
message Count { int64 number = 1; int32 client = 2; google.protobuf.Timestamp stamp = 3; }
message Picture { string name = 1; bytes jpeg = 2; bytes thumb = 3; }
)";

// Keeps what it is given in memory, when it is let to.
class SlowBlobs final : public BlobStore {
 public:
  Result<BlobReference> put(std::span<const std::byte> content) override {
    std::unique_lock lock(mutex_);
    ++asked;
    open_.wait(lock, [this] { return let.load(); });
    if (full) return Fault{FaultKind::exhausted, "the disk is full"};
    const std::string text(reinterpret_cast<const char*>(content.data()), content.size());
    return BlobReference{sha256(text), text.size()};
  }
  void open() {
    const std::lock_guard lock(mutex_);
    let = true;
    open_.notify_all();
  }
  std::atomic<bool> let{true}, full{false};
  std::atomic<int> asked{0};

 private:
  std::mutex mutex_;
  std::condition_variable open_;
};

class ProtobufSourceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/cantrail-protobuf-XXXXXX";
    folder_ = ::mkdtemp(name);
    write("car.proto", kTypes);
    options_.listen = "127.0.0.1:0";
    options_.proto.value = folder_;
    fixture_.blobs = &blobs_;
  }
  void TearDown() override {
    blobs_.open();
    source_.reset();
    fs::remove_all(folder_);
  }

  void write(const std::string& file, const std::string& text) {
    std::ofstream(folder_ + "/" + file) << text;
  }
  void open() {
    source_ = std::make_unique<Source>(options_);
    const Status opened = source_->open(fixture_.context(), std::nullopt);
    ASSERT_TRUE(opened.ok()) << opened.fault().message;
  }
  Client client() { return Client(source_->port(), options_.is_udp() ? SOCK_DGRAM : SOCK_STREAM); }

  // Reads until it holds, a minute at the most.
  bool read_until(const std::function<bool()>& holds, BatchLimits limits = {}) {
    for (const MonoTime end = clock_.mono() + 60s; !holds();) {
      if (clock_.mono() > end) return false;
      fixture_.read(*source_, got_, 10ms, limits);
    }
    return true;
  }
  bool read_rows(std::size_t count, BatchLimits limits = {}) {
    return read_until([&] { return got_.rows.size() >= count; }, limits);
  }
  [[nodiscard]] std::uint64_t lost(GapReason reason) const {
    std::uint64_t sum = 0;
    for (const GapRecord& gap : got_.gaps) sum += gap.reason == reason ? gap.count.value_or(0) : 0;
    return sum;
  }
  [[nodiscard]] std::size_t gaps(GapReason reason) const {
    return static_cast<std::size_t>(std::count_if(
        got_.gaps.begin(), got_.gaps.end(), [&](const GapRecord& gap) { return gap.reason == reason; }));
  }
  static std::string count(std::int64_t number, int client = 1, std::int64_t time_ns = 1) {
    return envelope("car.Count", integer(1, static_cast<std::uint64_t>(number)) + integer(2, client),
                    time_ns);
  }
  static std::string count_row(std::int64_t number, int client = 1) {
    return "Count number=" + std::to_string(number) + " client=" + std::to_string(client);
  }

  std::string folder_;
  SystemClock clock_;
  SourceFixture fixture_{clock_, "port"};
  SlowBlobs blobs_;
  Options options_;
  std::unique_ptr<Source> source_;
  Delivered got_;
};

TEST_F(ProtobufSourceTest, EveryMessageOfEveryClientBecomesARowInItsOrder) {
  open();
  constexpr int kClients = 3, kEach = 1000;
  std::vector<std::thread> threads;
  for (int c = 0; c < kClients; ++c) {
    threads.emplace_back([this, c] {
      Client sender = client();
      std::mt19937 random(static_cast<std::uint32_t>(c));
      std::string text;
      for (int i = 0; i < kEach; ++i) {
        text += framed(count(i, c, 1 + i));
        if (random() % 4 != 0) continue;
        EXPECT_TRUE(sender.send(text.substr(0, text.size() / 2)));  // cut anywhere
        text = text.substr(text.size() / 2);
      }
      EXPECT_TRUE(sender.send(text));
    });
  }
  EXPECT_TRUE(read_rows(kClients * kEach, {.frames = 100}));
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(got_.rows.size(), static_cast<std::size_t>(kClients * kEach));
  for (int c = 0; c < kClients; ++c) {
    int next = 0;
    for (const auto& row : got_.rows) {
      if (row.text != count_row(next, c)) continue;
      EXPECT_EQ(row.time.ns, 1 + next);
      ++next;
    }
    EXPECT_EQ(next, kEach) << "client " << c;
  }
  EXPECT_TRUE(got_.gaps.empty());
}

TEST_F(ProtobufSourceTest, RowsOfABlockAscendAndThoseOfOneTimeKeepTheirOrder) {
  open();
  std::string text;
  for (const auto& [number, time] :
       {std::pair(1, 50), std::pair(2, 20), std::pair(3, 50), std::pair(4, 20)}) {
    text += framed(count(number, 1, time));
  }
  Client sender = client();
  ASSERT_TRUE(sender.send(text));
  ASSERT_TRUE(read_rows(4));
  std::vector<std::string> rows;
  for (const auto& row : got_.rows) rows.push_back(row.text);
  EXPECT_EQ(rows, (std::vector{count_row(2), count_row(4), count_row(1), count_row(3)}));
}

TEST_F(ProtobufSourceTest, ABatchHoldsNoMoreThanItMay) {
  open();
  std::string text;
  for (int i = 0; i < 500; ++i) text += framed(count(i));
  Client sender = client();
  ASSERT_TRUE(sender.send(text));
  for (std::size_t before = 0; before < 500; before = got_.rows.size()) {
    ASSERT_TRUE(read_rows(before + 1, {.frames = 16}));
    EXPECT_LE(got_.rows.size() - before, 16U);
  }
  for (int i = 0; i < 500; ++i) EXPECT_EQ(got_.rows[static_cast<std::size_t>(i)].text, count_row(i));
}

TEST_F(ProtobufSourceTest, TheSendersTimeCountsUnlessItIsNotBelieved) {
  const std::string stamped =
      envelope("car.Count", integer(1, 1) + bytes(3, integer(1, 9) + integer(2, 5)), 7);
  for (const auto& [time, field, expected] :
       {std::tuple("sender", "", 7L), std::tuple("sender", "stamp", 9'000'000'005L),
        std::tuple("arrival", "", 0L)}) {
    options_.time = time;
    options_.time_field = field;
    open();
    got_ = {};
    const std::int64_t before = clock_.wall().ns;
    Client sender = client();
    ASSERT_TRUE(sender.send(framed(stamped) + framed(envelope("car.Count", ""))));
    ASSERT_TRUE(read_rows(2));
    if (expected != 0) {
      EXPECT_EQ(got_.rows[0].time.ns, expected);
    } else {
      EXPECT_GE(got_.rows[0].time.ns, before);
    }
    EXPECT_GE(got_.rows[1].time.ns, before) << "a message without a time has that of its arrival";
    EXPECT_LE(got_.rows[1].time.ns, clock_.wall().ns);
  }
}

TEST_F(ProtobufSourceTest, AMessageThatIsNoneIsCountedAndTheNextOneTaken) {
  open();
  Client sender = client();
  const std::string torn = envelope("car.Count", "\x08");  // a tag and no value
  const std::string unnamed = bytes(3, "x");               // no type
  const std::string wrong_text = envelope("car.Picture", bytes(1, "\xff"));
  ASSERT_TRUE(sender.send(framed(count(1)) + framed(torn) + framed("\xff\xff") + framed(unnamed) +
                          framed("") + framed(wrong_text) + framed(count(2))));
  ASSERT_TRUE(read_rows(2));
  EXPECT_EQ(got_.rows[0].text, count_row(1));
  EXPECT_EQ(got_.rows[1].text, count_row(2));
  EXPECT_EQ(lost(GapReason::malformed_input), 5U);
  EXPECT_EQ(got_.gaps.front().where, "port");
}

TEST_F(ProtobufSourceTest, ATooLargeMessageIsPassedOver) {
  options_.max_message = {1000};
  open();
  Client sender = client();
  ASSERT_TRUE(sender.send(framed(count(1)) + framed(std::string(300'000, 'x')) + framed(count(2))));
  ASSERT_TRUE(read_rows(2));
  EXPECT_TRUE(read_until([&] { return lost(GapReason::malformed_input) == 1; }));
}

TEST_F(ProtobufSourceTest, AStreamThatIsNoneEndsTheConnectionAndOnlyThat) {
  open();
  Client good = client(), bad = client();
  ASSERT_TRUE(bad.send(std::string(20, '\xff')));
  EXPECT_TRUE(read_until([&] { return lost(GapReason::malformed_input) == 1; }));
  fixture_.read(*source_, got_, 10ms);
  EXPECT_TRUE(bad.is_closed());
  ASSERT_TRUE(good.send(framed(count(1))));
  EXPECT_TRUE(read_rows(1));
}

TEST_F(ProtobufSourceTest, AConnectionThatEndsBetweenMessagesIsNoGapAndInOneItIs) {
  open();
  Client polite = client();
  ASSERT_TRUE(polite.send(framed(count(1))));
  polite.end();
  ASSERT_TRUE(read_rows(1));
  for (int i = 0; i < 5; ++i) fixture_.read(*source_, got_, 10ms);
  EXPECT_TRUE(got_.gaps.empty());
  Client torn = client();
  ASSERT_TRUE(torn.send(framed(count(2)) + framed(count(3)).substr(0, 5)));
  torn.end();
  ASSERT_TRUE(read_until([&] { return gaps(GapReason::source_down) == 1; }));
  EXPECT_EQ(got_.gaps.back().count, std::nullopt) << "what else would have come nobody knows";
  Client broken = client();
  ASSERT_TRUE(broken.send(framed(count(4))));
  ASSERT_TRUE(read_rows(3));
  broken.reset();
  EXPECT_TRUE(read_until([&] { return gaps(GapReason::source_down) == 2; }));
}

TEST_F(ProtobufSourceTest, MessagesOfUnknownTypesAreKeptAsTheyCame) {
  open();
  Client sender = client();
  ASSERT_TRUE(sender.send(framed(envelope("boat.Sail", "\1\2", 5)) + framed(count(1))));
  ASSERT_TRUE(read_rows(2));
  EXPECT_EQ(got_.rows[0].text, "unknown type=boat.Sail payload=\1\2");
  EXPECT_EQ(got_.rows[0].time.ns, 5);
  EXPECT_NE(source_->hint().find("boat.Sail"), std::string::npos) << source_->hint();
}

TEST_F(ProtobufSourceTest, ANewFileIsANewInputWithoutARestart) {
  open();
  Client sender = client();
  const std::string wind = framed(envelope("boat.Wind", integer(1, 12)));
  ASSERT_TRUE(sender.send(wind));
  ASSERT_TRUE(read_rows(1));
  EXPECT_TRUE(got_.rows[0].text.starts_with("unknown "));
  write("boat.proto", "syntax = \"proto3\"; package boat; message Wind { int32 knots = 1; }");
  EXPECT_TRUE(read_until([&] {
    EXPECT_TRUE(sender.send(wind));
    return !got_.rows.empty() && got_.rows.back().text == "Wind knots=12";
  }));
}

TEST_F(ProtobufSourceTest, AChangedFileIsAnotherStreamOfTheSameName) {
  open();
  Client sender = client();
  ASSERT_TRUE(sender.send(framed(count(1))));
  ASSERT_TRUE(read_rows(1));
  write("car.proto",
        "syntax = \"proto3\"; package car; message Count { int64 number = 1; bool rising = 4; }");
  EXPECT_TRUE(read_until([&] {
    EXPECT_TRUE(sender.send(framed(envelope("car.Count", integer(1, 2) + integer(4, 1)))));
    return got_.rows.back().text == "Count number=2 rising=1";
  }));
  ASSERT_EQ(fixture_.channels.streams.size(), 2U);
  EXPECT_TRUE(fixture_.channels.streams[0].replaced);
}

TEST_F(ProtobufSourceTest, AnEditThatChangesNothingChangesNoStream) {
  open();
  Client sender = client();
  ASSERT_TRUE(sender.send(framed(count(1))));
  ASSERT_TRUE(read_rows(1));
  const auto loads = [&] {
    const auto lines = fixture_.log.lines();
    return std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
      return line.find("message types in") != std::string::npos;
    });
  };
  write("car.proto", std::string(kTypes) + "\n\n");
  ASSERT_TRUE(read_until([&] { return loads() == 2; }));
  ASSERT_TRUE(sender.send(framed(count(2))));
  ASSERT_TRUE(read_rows(2));
  EXPECT_EQ(fixture_.channels.streams.size(), 1U);
}

TEST_F(ProtobufSourceTest, ABrokenFileIsToldAndTheOldTypesGoOn) {
  open();
  write("car.proto", "syntax = \"proto3\";\nmessage Count {");
  EXPECT_TRUE(read_until([&] {
    const auto lines = fixture_.log.lines();
    return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
      return line.find("car.proto:2:") != std::string::npos;
    });
  }));
  Client sender = client();
  ASSERT_TRUE(sender.send(framed(count(1))));
  ASSERT_TRUE(read_rows(1));
  EXPECT_EQ(got_.rows[0].text, count_row(1));
}

TEST_F(ProtobufSourceTest, AFixedTypeNeedsNoEnvelope) {
  options_.message = "car.Count";
  open();
  Client sender = client();
  ASSERT_TRUE(sender.send(framed(integer(1, 5)) + framed("")));
  ASSERT_TRUE(read_rows(2));
  EXPECT_EQ(got_.rows[0].text, "Count number=5 client=0");
  EXPECT_EQ(got_.rows[1].text, "Count number=0 client=0") << "an empty message is one, of defaults";
}

TEST_F(ProtobufSourceTest, ALargeValueIsKeptBeforeItsRowAndOthersNeedNotWait) {
  blobs_.let = false;
  open();
  const std::string jpeg(100'000, 'j'), thumb(70'000, 't');
  Client camera = client(), other = client();
  ASSERT_TRUE(
      camera.send(framed(envelope("car.Picture", bytes(1, "one") + bytes(2, jpeg) + bytes(3, thumb), 1)) +
                  framed(envelope("car.Picture", bytes(1, "two"), 2))));
  ASSERT_TRUE(read_until([&] { return blobs_.asked == 1; }));
  ASSERT_TRUE(other.send(framed(count(1))));
  ASSERT_TRUE(read_rows(1));
  EXPECT_EQ(got_.rows[0].text, count_row(1)) << "the disk is waited for by nobody else";
  for (int i = 0; i < 5; ++i) fixture_.read(*source_, got_, 10ms);
  EXPECT_EQ(got_.rows.size(), 1U) << "what the camera sent behind it waits too";
  EXPECT_TRUE(got_.blobs.empty());
  blobs_.open();
  ASSERT_TRUE(read_rows(3));
  EXPECT_EQ(got_.rows[1].text, "Picture name=one jpeg=sha256:" + to_hex(sha256(jpeg)) +
                                   " thumb=sha256:" + to_hex(sha256(thumb)));
  EXPECT_EQ(got_.rows[2].text, "Picture name=two jpeg= thumb=");
  EXPECT_EQ(got_.blobs, (std::vector{sha256(jpeg), sha256(thumb)}));
  EXPECT_TRUE(got_.gaps.empty());
}

TEST_F(ProtobufSourceTest, WithoutRoomForALargeValueItsRowGoesOnWithoutIt) {
  blobs_.full = true;
  open();
  Client camera = client();
  ASSERT_TRUE(
      camera.send(framed(envelope("car.Picture", bytes(1, "one") + bytes(2, std::string(100'000, 'j')))) +
                  framed(envelope("boat.Sail", std::string(100'000, 's')))));
  ASSERT_TRUE(read_rows(2));
  // A bytes field without `optional` has no presence, and yet is not there.
  EXPECT_EQ(got_.rows[0].text, "Picture name=one thumb=");
  EXPECT_EQ(got_.rows[1].text, "unknown type=boat.Sail");
  EXPECT_EQ(lost(GapReason::blob_lost), 2U);
}

TEST_F(ProtobufSourceTest, ALargePayloadOfAnUnknownTypeIsKeptToo) {
  open();
  const std::string payload(100'000, 's');
  Client sender = client();
  ASSERT_TRUE(sender.send(framed(envelope("boat.Sail", payload))));
  ASSERT_TRUE(read_rows(1));
  EXPECT_EQ(got_.rows[0].text, "unknown type=boat.Sail payload=sha256:" + to_hex(sha256(payload)));
}

TEST_F(ProtobufSourceTest, ClosesWhileALargeValueIsBeingWritten) {
  blobs_.let = false;
  open();
  Client camera = client();
  ASSERT_TRUE(camera.send(framed(envelope("car.Picture", bytes(2, std::string(100'000, 'j'))))));
  ASSERT_TRUE(read_until([&] { return blobs_.asked == 1; }));
  std::thread opener([this] {
    std::this_thread::sleep_for(50ms);
    blobs_.open();
  });
  source_->close();
  opener.join();
}

TEST_F(ProtobufSourceTest, MoreClientsThanAllowedAreClosed) {
  options_.max_clients = 2;
  open();
  Client one = client(), two = client();
  for (int i = 0; i < 3; ++i) fixture_.read(*source_, got_, 10ms);
  Client three = client();
  for (int i = 0; i < 3; ++i) fixture_.read(*source_, got_, 10ms);
  EXPECT_TRUE(three.is_closed());
  one.end();
  for (int i = 0; i < 3; ++i) fixture_.read(*source_, got_, 10ms);
  Client four = client();
  ASSERT_TRUE(four.send(framed(count(4))) && two.send(framed(count(2))));
  EXPECT_TRUE(read_rows(2));
}

TEST_F(ProtobufSourceTest, StreamsBeyondTheCatalogAreGaps) {
  fixture_.channels = cantrail::testing::CollectedChannels(1);
  open();
  Client sender = client();
  ASSERT_TRUE(
      sender.send(framed(count(1)) + framed(envelope("car.Picture", "")) + framed(envelope("a.B", ""))));
  ASSERT_TRUE(read_rows(1));
  EXPECT_TRUE(read_until([&] { return lost(GapReason::too_many_channels) == 2; }));
}

TEST_F(ProtobufSourceTest, WhateverBytesComeAGoodClientIsHeard) {
  options_.max_message = {100'000};
  open();
  Client good = client();  // first, lest the hostile ones take all places
  std::atomic<int> at_work{3};
  std::vector<std::thread> hostile;
  for (std::uint32_t seed = 0; seed < 3; ++seed) {
    hostile.emplace_back([this, seed, &at_work] {
      std::mt19937 random(seed);
      for (int i = 0; i < 150; ++i) {
        Client bad = client();
        std::string text(random() % 5000, '\0');
        for (char& byte : text) byte = static_cast<char>(random() % 3 == 0 ? 0x80 : random());
        if (random() % 2 == 0) text = framed(count(1, 9)) + text;
        (void)bad.send(text);
        if (random() % 2 == 0) bad.reset();
      }
      --at_work;
    });
  }
  std::int64_t sent = 0;
  EXPECT_TRUE(read_until([&] {
    if (sent < 1000) {
      EXPECT_TRUE(good.send(framed(count(sent++, 1))));
    }
    return sent == 1000 && at_work == 0;
  }));
  for (std::thread& thread : hostile) thread.join();
  std::int64_t heard = 0;
  EXPECT_TRUE(read_until([&] {
    for (const auto& row : got_.rows) heard += row.text == count_row(heard) ? 1 : 0;
    got_.rows.clear();
    return heard == 1000;
  })) << heard;
}

class ProtobufOverUdp : public ProtobufSourceTest {
 protected:
  void SetUp() override {
    ProtobufSourceTest::SetUp();
    const datagram::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const Status stamped = datagram::enable_ancillary(socket.get());
    if (!stamped) GTEST_SKIP() << "this kernel, or the emulator, " << stamped.fault().message;
    options_.transport = "udp";
    options_.receive_buffer = {1U << 20};
  }
};

TEST_F(ProtobufOverUdp, ADatagramIsAMessage) {
  open();
  Client sender = client();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(sender.send(count(i, 1, 1 + i)));
  ASSERT_TRUE(sender.send("\xff"));
  ASSERT_TRUE(sender.send(envelope("car.Picture", bytes(2, std::string(60'000, 'x')))));
  ASSERT_TRUE(read_rows(51, {.frames = 8}));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(got_.rows[static_cast<std::size_t>(i)].text, count_row(i));
  EXPECT_EQ(lost(GapReason::malformed_input), 1U);
}

TEST_F(ProtobufOverUdp, WhatTheKernelHadNoRoomForIsCounted) {
  options_.receive_buffer = {4096};
  open();
  Client sender = client();
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(sender.send(count(i)));
  EXPECT_TRUE(read_until([&] { return got_.rows.size() + lost(GapReason::receive_overflow) == 500; }));
  EXPECT_GT(lost(GapReason::receive_overflow), 0U);
}

TEST(ProtobufOptions, FindWhatDoesNotGoTogether) {
  const auto problems = [](auto change) {
    class Fill final : public OptionVisitor {
     public:
      explicit Fill(std::function<void(const OptionSpec&)> with) : with_(std::move(with)) {}
      void option(const OptionSpec& spec) override { with_(spec); }

     private:
      std::function<void(const OptionSpec&)> with_;
    } fill(change);
    Config config;
    config.describe(fill);
    return config.problems();
  };
  EXPECT_TRUE(problems([](const OptionSpec&) {}).empty());
  EXPECT_EQ(problems([](const OptionSpec& spec) {
              if (spec.name == "listen") *std::get<std::string*>(spec.target) = "127.0.0.1";
              if (spec.name == "prefix") *std::get<std::string*>(spec.target) = "a.b";
              if (spec.name == "max_clients") *std::get<std::int64_t*>(spec.target) = 1000;
              if (spec.name == "max_message") *std::get<Bytes*>(spec.target) = {64U << 20};
              if (spec.name == "time") *std::get<std::string*>(spec.target) = "arrival";
              if (spec.name == "time_field") *std::get<std::string*>(spec.target) = "stamp";
            }).size(),
            4U);
}

}  // namespace
}  // namespace cantrail::protobuf
