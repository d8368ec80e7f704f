// The poller, question by question, against answers written by hand.
#include "sources/obd2/poller.hpp"

#include <random>

#include <gtest/gtest.h>

namespace cantrail::obd2 {
namespace {

using Bytes = std::vector<std::uint8_t>;
using namespace std::chrono_literals;

constexpr std::uint32_t kEngine = 0x7E8, kGearbox = 0x7E9;

struct Bench {
  explicit Bench(PollSettings settings = settings_of({0x0C})) : poller(settings, now) {}

  static PollSettings settings_of(const Bytes& pids) {
    PollSettings settings;
    settings.width = Width::bits11;
    settings.codes_every = 0s;
    for (const std::uint8_t pid : pids) settings.per_second[pid] = 1;
    return settings;
  }

  // The request that is due within `wait`, as it stands on the bus: identifier, then what the frame holds.
  std::optional<Bytes> request(Duration wait = 61s) {
    for (const MonoTime end = now + wait; now <= end;
         now = std::max(now + 1ms, std::min(poller.due(), end + 1ms))) {
      if (const auto frame = poller.next(now)) {
        id = frame->id;
        const bool is_single = frame->data[0] < 8;
        return is_single ? Bytes(frame->data.begin() + 1, frame->data.begin() + 1 + frame->data[0])
                         : Bytes(frame->data.begin(), frame->data.begin() + 3);
      }
    }
    return std::nullopt;
  }
  void hear(std::uint32_t from, Bytes payload, FrameFlags flags = 0) {
    payload.insert(payload.begin(), static_cast<std::uint8_t>(payload.size()));
    payload.resize(8, 0xAA);
    raw(from, payload, flags);
  }
  void raw(std::uint32_t from, const Bytes& data, FrameFlags flags = 0) {
    poller.hear({WallTime{now.ns}, from, flags, 0, static_cast<std::uint8_t>(data.size()), data}, now);
  }
  // One control unit with these PIDs of 01 … 20, and no information.
  void discover(std::uint32_t bitmap = 0x00100000) {
    EXPECT_EQ(request(), (Bytes{0x01, 0x00}));
    hear(kEngine,
         {0x41, 0x00, static_cast<std::uint8_t>(bitmap >> 24), static_cast<std::uint8_t>(bitmap >> 16),
          static_cast<std::uint8_t>(bitmap >> 8), static_cast<std::uint8_t>(bitmap)});
    EXPECT_EQ(request(), (Bytes{0x09, 0x00}));
    hear(kEngine, {0x49, 0x00, 0, 0, 0, 0});
  }

  MonoTime now{1'000'000'000};
  Poller poller;
  std::uint32_t id = 0;
};

TEST(Poller, AsksEveryUnitAtOnceForWhatOneSupports) {
  Bench bench;
  bench.discover();
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x0C}));
  EXPECT_EQ(bench.id, 0x7DFU);
  EXPECT_EQ(bench.poller.take_news(), "1 control unit (7E8), 1 PID: 1 requests a second wanted, 30 allowed");
  EXPECT_EQ(bench.poller.take_news(), "");
}

TEST(Poller, AsksForNothingThatNobodySupports) {
  Bench bench(Bench::settings_of({0x0C, 0x0D}));
  bench.discover();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(bench.request(), (Bytes{0x01, 0x0C}));
    bench.hear(kEngine, {0x41, 0x0C, 0x0C, 0x80});
  }
}

TEST(Poller, GoesOnToTheNextBitmapWhereAUnitSaysThatThereIsOne) {
  Bench bench(Bench::settings_of({0x2F}));
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x00}));
  bench.hear(kEngine, {0x41, 0x00, 0, 0, 0, 1});
  bench.hear(kGearbox, {0x41, 0x00, 0x80, 0, 0, 0});
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x20}));
  bench.hear(kEngine, {0x41, 0x20, 0, 2, 0, 0});  // 0x2F, and no further one
  EXPECT_EQ(bench.request(), (Bytes{0x09, 0x00}));
  EXPECT_EQ(bench.request(), (Bytes{0x09, 0x00}));  // once more
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x2F}));
}

TEST(Poller, AnswersAFirstFrameWithFlowControlToItsSenderOnce) {
  Bench bench;
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x00}));
  bench.hear(kEngine, {0x41, 0x00, 0, 0x10, 0, 0});
  EXPECT_EQ(bench.request(), (Bytes{0x09, 0x00}));
  bench.hear(kEngine, {0x49, 0x00, 0x40, 0, 0, 0});
  EXPECT_EQ(bench.request(), (Bytes{0x09, 0x02}));
  bench.raw(kEngine, {0x10, 20, 0x49, 0x02, 1, 'W', 'V', 'W'});
  EXPECT_EQ(bench.request(0s), (Bytes{0x30, 0, 0}));
  EXPECT_EQ(bench.id, 0x7E0U);
  EXPECT_EQ(bench.request(900ms), std::nullopt);  // the rest comes late, and is waited for
  bench.raw(kEngine, {0x21, 'Z', 'Z', 'Z', '1', 'J', 'Z', 'X'});
  EXPECT_EQ(bench.request(900ms), std::nullopt);
  bench.raw(kEngine, {0x22, 'W', '0', '0', '0', '0', '0', '1'});
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x0C}));
}

TEST(Poller, LeavesTheMessagesOfOtherTestersAlone) {
  Bench bench;
  bench.discover();
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x0C}));
  bench.raw(kEngine, {0x10, 20, 0x49, 0x02, 1, 'W', 'V', 'W'});  // nobody here has asked for it
  EXPECT_EQ(bench.request(0s), std::nullopt);
  bench.hear(kEngine, {0x41, 0x0C, 0x0C, 0x80});
  bench.hear(0x7E0, {0x22, 0xF1, 0x90});  // another's request
  const MonoTime heard = bench.now;
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x0C}));
  EXPECT_GE(bench.now - heard, 5s);
}

TEST(Poller, SaysWhyItIsQuietWhileAnotherAsks) {
  Bench bench;
  bench.discover();
  bench.hear(0x7DF, {0x01, 0x05});
  EXPECT_EQ(bench.poller.hint(bench.now), "another tester asks; waits until it has been quiet for 5 s");
  bench.hear(0x7DF, {0x01, 0x05}, kFlagTx);  // what this machine sends is not another's
  EXPECT_TRUE(bench.request(5s));
  EXPECT_EQ(bench.poller.hint(bench.now), "");
}

TEST(Poller, APendingAnswerIsWaitedFor) {
  Bench bench;
  bench.discover();
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x0C}));
  bench.hear(kEngine, {0x7F, 0x01, 0x78});
  EXPECT_EQ(bench.request(4900ms), std::nullopt);
  bench.hear(kEngine, {0x7F, 0x01, 0x78});
  EXPECT_EQ(bench.request(4900ms), std::nullopt);
  bench.hear(kEngine, {0x41, 0x0C, 0x0C, 0x80});
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x0C}));
}

TEST(Poller, AUnitThatIsPendingForEverIsGivenUp) {
  Bench bench;
  bench.discover();
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x0C}));
  const MonoTime asked = bench.now;
  bool again = false;
  for (int i = 0; i < 100 && !again; ++i) {
    bench.hear(kEngine, {0x7F, 0x01, 0x78});
    again = bench.request(1s).has_value();
  }
  EXPECT_TRUE(again);
  EXPECT_LT(bench.now - asked, 40s);
}

TEST(Poller, WhatIsRefusedForEverIsNotAskedAgain) {
  Bench bench(Bench::settings_of({0x0C, 0x0D}));
  bench.discover(0x00180000);
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x0C}));
  bench.hear(kEngine, {0x7F, 0x01, 0x12});
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(bench.request(), (Bytes{0x01, 0x0D}));
    bench.hear(kEngine, {0x41, 0x0D, 50});
  }
}

TEST(Poller, WhatNobodyAnswersWaitsTwiceAsLongEachTimeAndGoesBackToItsRate) {
  PollSettings settings = Bench::settings_of({0x0C, 0x0D});
  settings.longest_pause = 6s;
  Bench bench(settings);
  bench.discover(0x00180000);
  std::vector<std::int64_t> apart;  // between requests for 0C, in whole seconds
  std::optional<MonoTime> last;
  for (int i = 0; i < 80; ++i) {
    const auto request = bench.request();
    ASSERT_TRUE(request);
    if (*request == Bytes{0x01, 0x0D}) {
      bench.hear(kEngine, {0x41, 0x0D, 50});
    } else if (*request == Bytes{0x01, 0x0C}) {
      if (last) apart.push_back((bench.now - *last).count() / 1'000'000'000);
      last = bench.now;
      if (apart.size() > 5) bench.hear(kEngine, {0x41, 0x0C, 0, 0});
    }
  }
  ASSERT_GT(apart.size(), 10U);
  apart.resize(9);
  EXPECT_EQ(apart, (std::vector<std::int64_t>{1, 2, 4, 6, 6, 6, 1, 1, 1}));
}

TEST(Poller, WithoutAnAnswerItLooksForACarAfterPausesThatDouble) {
  PollSettings settings = Bench::settings_of({0x0C});
  settings.width.reset();
  settings.longest_pause = 20s;
  Bench bench(settings);
  std::vector<std::pair<std::uint32_t, std::int64_t>> asked;
  const MonoTime start = bench.now;
  while (asked.size() < 14) {
    ASSERT_EQ(bench.request(), (Bytes{0x01, 0x00}));
    asked.emplace_back(bench.id, (bench.now - start).count() / 1'000'000'000);
  }
  for (std::size_t i = 0; i < asked.size(); ++i)
    EXPECT_EQ(asked[i].first, to_all(i % 2 == 0 ? Width::bits11 : Width::bits29));
  EXPECT_EQ(asked[2].second, 1);  // 1 s later
  EXPECT_EQ(asked[4].second, 3);  // 2 s
  EXPECT_EQ(asked[6].second, 8);  // 4 s, and what asking takes
  EXPECT_EQ(asked[12].second - asked[10].second, 20);
  EXPECT_NE(bench.poller.hint(bench.now).find("no control unit answers (asked 13 times)"), std::string::npos)
      << bench.poller.hint(bench.now);
}

TEST(Poller, ACarThatFallsSilentIsLookedForAndFoundAgain) {
  Bench bench;
  bench.discover();
  std::vector<Bytes> asked;
  while (asked.empty() || asked.back() != Bytes{0x01, 0x00}) asked.push_back(*bench.request());
  EXPECT_EQ(asked, (std::vector<Bytes>{{0x01, 0x0C}, {0x01, 0x0C}, {0x01, 0x0C}, {0x01, 0x00}}));
  (void)bench.poller.take_news();
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x00}));
  EXPECT_EQ(bench.poller.take_news(), "no control unit answers any more");
  bench.hear(kEngine, {0x41, 0x00, 0, 0x10, 0, 0});
  EXPECT_EQ(bench.request(), (Bytes{0x09, 0x00}));
  EXPECT_EQ(bench.poller.hint(bench.now), "");
}

TEST(Poller, AUnitThatIsGoneHoldsUpNobody) {
  Bench bench;
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x00}));
  bench.hear(kEngine, {0x41, 0x00, 0, 0x10, 0, 0});
  bench.hear(kGearbox, {0x41, 0x00, 0, 0x10, 0, 0});
  EXPECT_EQ(bench.request(), (Bytes{0x09, 0x00}));
  bench.hear(kEngine, {0x49, 0x00, 0, 0, 0, 0});
  bench.hear(kGearbox, {0x49, 0x00, 0, 0, 0, 0});
  for (unsigned i = 0; i < 6; ++i) {
    EXPECT_EQ(bench.request(), (Bytes{0x01, 0x0C}));
    bench.hear(kEngine, {0x41, 0x0C, 0, 0});
    // The first three are waited for to their end.
    EXPECT_EQ(bench.poller.due() - bench.now == 200ms, i < 3) << i;
  }
}

TEST(Poller, AFrameThatCouldNotBeSentIsNotWaitedFor) {
  Bench bench;
  EXPECT_TRUE(bench.request());
  bench.poller.not_sent(bench.now);
  const MonoTime then = bench.now;
  EXPECT_TRUE(bench.request());
  EXPECT_GE(bench.now - then, 1s);  // as if nobody had answered
}

TEST(Poller, NewCodesBringTheirFreezeFrameOnce) {
  PollSettings settings = Bench::settings_of({0x0C});
  settings.codes_every = 10s;
  settings.per_second[0x0C] = 0.01;
  Bench bench(settings);
  bench.discover();
  std::vector<Bytes> frozen;
  const MonoTime start = bench.now;
  while (bench.now - start < 60s) {
    const auto request = bench.request();
    ASSERT_TRUE(request);
    if (request->front() == kFreezeFrame) frozen.push_back(*request);
    if (*request == Bytes{0x03}) bench.hear(kEngine, {0x43, 1, 0x01, 0x71});
    if (*request == Bytes{0x02, 0x02, 0x00}) bench.hear(kEngine, {0x42, 0x02, 0x00, 0x01, 0x71});
    if (*request == Bytes{0x02, 0x00, 0x00}) bench.hear(kEngine, {0x42, 0x00, 0x00, 0x40, 0x18, 0, 0});
    if (*request == Bytes{0x02, 0x0C, 0x00}) bench.hear(kEngine, {0x42, 0x0C, 0x00, 0x0C, 0x80});
    if (*request == Bytes{0x01, 0x0C}) bench.hear(kEngine, {0x41, 0x0C, 0, 0});
    if (*request == Bytes{0x01, 0x00}) bench.hear(kEngine, {0x41, 0x00, 0, 0x10, 0, 0});
  }
  // 0D is there, and not among what is asked for.
  EXPECT_EQ(frozen, (std::vector<Bytes>{{0x02, 0x02, 0x00}, {0x02, 0x00, 0x00}, {0x02, 0x0C, 0x00}}));
}

TEST(Poller, AUnitThatBabblesHoldsUpNobodyForEver) {
  Bench bench;
  EXPECT_EQ(bench.request(), (Bytes{0x01, 0x00}));
  bench.hear(kEngine, {0x41, 0x00, 0, 0x10, 0, 0});
  EXPECT_EQ(bench.request(), (Bytes{0x09, 0x00}));
  bench.raw(kEngine, {0x10, 200, 0x49, 0x00, 0, 0, 0, 0});
  EXPECT_EQ(bench.request(0s), (Bytes{0x30, 0, 0}));
  const MonoTime asked = bench.now;
  std::size_t flow_controls = 0;
  std::optional<Bytes> request;
  while (!request && bench.now - asked < 100s) {
    bench.raw(kEngine, {0x10, 200, 0x49, 0x00, 0, 0, 0, 0});
    bench.raw(kEngine, {0x21, 0, 0, 0, 0, 0, 0, 0});
    request = bench.request(500ms);
    if (request && request->front() == 0x30) {
      ++flow_controls;
      request.reset();
    }
  }
  EXPECT_TRUE(request);
  EXPECT_LE(bench.now - asked, 62s);
  EXPECT_EQ(flow_controls, 0U);
}

// Frames of any kind, at any time: what is sent stays bounded, and there is always a time to wait for.
TEST(Poller, StaysBoundedWhateverTheBusSays) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    PollSettings settings;
    settings.most_per_second = 20;
    for (double& rate : settings.per_second) rate = static_cast<double>(random() % 3);
    MonoTime now{static_cast<std::int64_t>(seed) * 1'000'000};
    Poller poller(settings, now);
    std::optional<MonoTime> last;
    std::size_t requests = 0, flow_controls = 0;
    Bytes asked(8, 0);
    for (int i = 0; i < 20'000; ++i) {
      while (const auto frame = poller.next(now)) {
        if (frame->id != to_all(Width::bits11) && frame->id != to_all(Width::bits29)) {
          ++flow_controls;
          continue;
        }
        ASSERT_TRUE(!last || now - *last >= 50ms);
        last = now;
        ++requests;
        asked.assign(frame->data.begin(), frame->data.end());
      }
      ASSERT_GT(poller.due(), now);
      // Mostly answers to what was asked, spoilt somewhere.
      Bytes data = asked;
      data[0] = 6;  // what fills requests up is a bitmap like any other
      data[1] |= kPositive;
      if (random() % 60 == 0) data = {0x10, 20, data[1], data[2], 0, 0, 0, 0};
      for (std::uint64_t k = random() % 4; k > 0; --k)
        data[random() % 8] = static_cast<std::uint8_t>(random());
      if (random() % 8 == 0) data.resize(random() % 9);
      std::uint32_t id = random() % 2 == 0 ? 0x7E8 + random() % 8 : 0x18DAF100 + random() % 0xF0;
      if (id > 0x7FF) id |= kIdExtended;
      if (random() % 4000 == 0) id = 0x7DF;
      if (random() % 50 == 0) id |= kIdError;
      poller.hear({{},
                   id,
                   static_cast<FrameFlags>(random() % 2 == 0 ? kFlagTx : 0),
                   0,
                   static_cast<std::uint8_t>(data.size()),
                   data},
                  now);
      now = now + std::chrono::microseconds(random() % 40'000);
      (void)poller.hint(now);
    }
    EXPECT_GT(requests, 50U);
    EXPECT_LE(flow_controls, kMostUnits * requests);
  }
}

}  // namespace
}  // namespace cantrail::obd2
