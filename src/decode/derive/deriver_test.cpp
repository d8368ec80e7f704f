#include "decode/derive/deriver.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "decode/derive/test_world.hpp"

namespace cantrail::derive {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

struct Frame {
  std::int64_t time_ns = 0;
  std::uint32_t id = 0;
  std::uint16_t first = 0, second = 0;  // the payload's big-endian words
};

// One chain: decoder and deriver as a node has them.
class Chain {
 public:
  explicit Chain(CompiledCatalogPtr compiled)
      : compiled_(std::move(compiled)),
        decoder_(compiled_->channels),
        deriver_(compiled_->derivation, compiled_->catalog->streams.size()) {}

  const std::vector<StreamBlock>& run(const std::vector<Frame>& frames) {
    RawBatch raw;
    for (const Frame& frame : frames) {
      const std::vector<std::uint8_t> data{static_cast<std::uint8_t>(frame.first >> 8),
                                           static_cast<std::uint8_t>(frame.first),
                                           static_cast<std::uint8_t>(frame.second >> 8),
                                           static_cast<std::uint8_t>(frame.second),
                                           0,
                                           0,
                                           0,
                                           0};
      raw.frames.append({WallTime{frame.time_ns}, frame.id, 0, 0, 8, data});
    }
    return run_raw(raw);
  }

  const std::vector<StreamBlock>& run_raw(const RawBatch& raw) {
    deriver_.reclaim(blocks_);
    decoder_.decode(raw.frames, blocks_);
    produced_ = deriver_.derive(raw, blocks_);
    return blocks_;
  }

  Deriver& deriver() { return deriver_; }
  [[nodiscard]] std::uint32_t produced() const { return produced_; }
  [[nodiscard]] const Catalog& catalog() const { return *compiled_->catalog; }

  // The rows of a signal as text: "frame time value|quality".
  [[nodiscard]] std::vector<std::string> rows(std::string_view name, std::uint32_t frames_before = 0) const {
    const auto stream = stream_of(catalog(), name);
    std::vector<std::string> rows;
    for (const StreamBlock& block : blocks_) {
      if (!stream || block.stream() != *stream) continue;
      for (std::size_t row = 0; row < block.rows(); ++row) {
        std::string text = block.frame().empty() ? "-" : std::to_string(block.frame()[row] + frames_before);
        text += " " + std::to_string(block.time_ns()[row]) + " ";
        text += block.valid(0, row) ? std::to_string(block.f64(0)[row])
                                    : std::string(to_string(block.quality(0, row)));
        rows.push_back(std::move(text));
      }
    }
    return rows;
  }

 private:
  CompiledCatalogPtr compiled_;
  dbc::Decoder decoder_;
  Deriver deriver_;
  std::vector<StreamBlock> blocks_;
  std::uint32_t produced_ = 0;
};

using Rows = std::vector<std::string>;

std::vector<SignalSpec> room_signals() {
  SignalSpec dry = named("dry", "PT100.dry"), wet = named("wet", "PT100.wet");
  dry.absent = wet.absent = {0x7FFF};
  SignalSpec vpd = computed("vpd", "psychro_vpd(dry, wet, or(pressure, 1013.25))");
  vpd.max_age_ns = 10 * kSecond;
  return {vpd,
          dry,
          wet,
          named("pressure", "BME280.pressure"),
          computed("spread", "dry - wet"),
          computed("twice", "vpd * 2 + or(State.state, 0)")};
}

TEST(Deriver, MakesARowAtEachRowOfItsStream) {
  Chain chain(compile(node_spec({named("dry", "PT100.dry")})));
  chain.run({{1, 0x101, 2000, 1500}, {2, 0x201, 2100, 1500}, {3, 0x102, 10132, 0}, {4, 0x101, 2050, 1500}});
  EXPECT_EQ(chain.rows("dry_b"), (Rows{"0 1 20.000000", "3 4 20.500000"}));
  EXPECT_EQ(chain.rows("dry_f"), (Rows{"1 2 21.000000"}));
  EXPECT_EQ(chain.produced(), 3U);
}

TEST(Deriver, ARawValueThatSaysNoneIsAbsentAndTheStreamKeepsIt) {
  Chain chain(compile(node_spec(room_signals())));
  const auto& blocks = chain.run({{1, 0x101, 0x7FFF, 1500}, {2, 0x101, 0x8000, 1500}});
  EXPECT_EQ(chain.rows("dry_b"), (Rows{"0 1 not_available", "1 2 -327.680000"}));
  EXPECT_EQ(chain.rows("spread_b")[0], "0 1 not_available");
  const auto raw = *stream_of(chain.catalog(), "can0:PT100_b");
  ASSERT_EQ(blocks[0].stream(), raw);
  EXPECT_NEAR(blocks[0].f64(0)[0], 327.67, 1e-9);
}

TEST(Deriver, TakesTheLastKnownValuesOfOtherStreamsUntilTheyAreTooOld) {
  SignalSpec power = computed("power", "PT100.dry * BME280.pressure");
  power.max_age_ns = 10 * kSecond;
  Chain chain(compile(node_spec({power}, 1, false)));
  chain.run({{0, 0x101, 200, 0}});
  EXPECT_EQ(chain.rows("power"), (Rows{"0 0 stale"}));
  chain.run({{kSecond, 0x102, 100, 0}, {11 * kSecond, 0x101, 300, 0}, {11 * kSecond + 1, 0x101, 300, 0}});
  EXPECT_EQ(chain.rows("power"),
            (Rows{"0 1000000000 20.000000", "1 11000000000 30.000000", "2 11000000001 stale"}));
}

TEST(Deriver, ADefaultStandsInForWhatHasNotCome) {
  Chain chain(compile(node_spec(room_signals())));
  chain.run({{1, 0x101, 2500, 1800}});
  const double es_dry = 6.112 * std::exp(17.67 * 25 / (25 + 243.5));
  const double e = 6.112 * std::exp(17.67 * 18 / (18 + 243.5)) - 0.000662 * 1013.25 * 7;
  EXPECT_EQ(chain.rows("vpd_b"), (Rows{"0 1 " + std::to_string((es_dry - e) / 10)}));
}

TEST(Deriver, ASignalOfSignalsIsComputedOnceForEachRow) {
  Chain chain(compile(node_spec(room_signals())));
  chain.run({{1, 0x101, 2500, 1800}, {2, 0x102, 9800, 0}, {3, 0x103, 0x0100, 0}});
  EXPECT_EQ(chain.rows("vpd_b").size(), 2U);
  EXPECT_EQ(chain.rows("twice_b").size(), 3U);
}

TEST(Deriver, ForgetsWhatCameBefore) {
  Chain chain(compile(node_spec({computed("sum", "PT100.dry + BME280.pressure")}, 1, false)));
  chain.run({{1, 0x102, 100, 0}, {2, 0x101, 100, 0}});
  EXPECT_EQ(chain.rows("sum")[1], "1 2 11.000000");
  chain.deriver().forget();
  chain.run({{3, 0x101, 100, 0}});
  EXPECT_EQ(chain.rows("sum"), (Rows{"0 3 stale"}));
}

TEST(Deriver, BlocksAscendByStreamAndNoneIsEmpty) {
  // Streams of the second channel lie behind those of the signals.
  Chain chain(compile(node_spec(room_signals(), 2)));
  RawBatch raw;
  const std::vector<std::uint8_t> data(8, 1);
  raw.frames.append({WallTime{1}, 0x101, 0, 1, 8, data});
  raw.frames.append({WallTime{2}, 0x101, 0, 0, 8, data});
  const auto& blocks = chain.run_raw(raw);
  ASSERT_GT(blocks.size(), 2U);
  for (std::size_t i = 1; i < blocks.size(); ++i) EXPECT_LT(blocks[i - 1].stream(), blocks[i].stream());
  for (const StreamBlock& block : blocks) EXPECT_NE(block.rows(), 0U);
  EXPECT_EQ(chain.rows("dry_b").size(), 1U);  // of the first channel
}

TEST(Deriver, RowsOfASourceComeByTimeBehindFrames) {
  CatalogSpec spec = node_spec(
      {computed("sum", "A.x + B.y"), computed("mixed", "or(A.x, 0) + or(State.state, 0)")}, 1, false);
  for (const auto& [name, field] : {std::pair("A", "x"), std::pair("B", "y")}) {
    RowSchema row;
    row.name = name;
    row.fields = {{field, FieldType::i64, "", {}, {}, "", {}}};
    spec.streams.push_back({0, std::nullopt, std::make_shared<const RowSchema>(row), 1});
  }
  Chain chain(compile(std::move(spec)));
  RawBatch raw;
  const auto add = [&](const char* name, std::vector<std::int64_t> times) {
    StreamBlock& block = raw.rows.emplace_back();
    block.reset(*stream_of(chain.catalog(), name), 1, times.size(), false);
    for (std::size_t i = 0; i < times.size(); ++i) block.time_ns()[i] = block.i64(0)[i] = times[i];
  };
  add("A", {1, 5});
  add("B", {3, 7});
  raw.frames.append({WallTime{4}, 0x103, 0, 0, 8, std::vector<std::uint8_t>(8, 2)});
  chain.run_raw(raw);
  EXPECT_EQ(chain.rows("sum"), (Rows{"- 1 stale", "- 3 4.000000", "- 5 8.000000", "- 7 12.000000"}));
  EXPECT_EQ(chain.rows("mixed"), (Rows{"0 4 2.000000", "- 1 3.000000", "- 5 7.000000"}));
}

std::vector<Frame> random_frames(std::mt19937& random, std::size_t count) {
  std::vector<Frame> frames;
  std::int64_t time = 0;
  for (std::size_t i = 0; i < count; ++i) {
    time += static_cast<std::int64_t>(random() % 5) * kSecond;
    if (random() % 50 == 0) time -= 3 * kSecond;
    const auto id = static_cast<std::uint32_t>(0x100 * (1 + random() % 2) + 1 + random() % 3);
    const auto word = [&] {
      return random() % 20 == 0 ? 0x7FFF : static_cast<std::uint16_t>(random() % 3000);
    };
    frames.push_back({time, id, static_cast<std::uint16_t>(word()), static_cast<std::uint16_t>(word())});
  }
  return frames;
}

TEST(Deriver, WhereBatchesAreCutDoesNotMatter) {
  const auto compiled = compile(node_spec(room_signals()));
  std::mt19937 random(11);
  for (int turn = 0; turn < 30; ++turn) {
    const std::vector<Frame> frames = random_frames(random, 300);
    Chain whole(compiled), cut(compiled);
    whole.run(frames);
    std::map<std::string, Rows> rows;
    std::size_t produced = 0;
    for (std::size_t at = 0; at < frames.size();) {
      const std::size_t to = std::min(frames.size(), at + 1 + random() % 40);
      cut.run({frames.begin() + static_cast<std::ptrdiff_t>(at),
               frames.begin() + static_cast<std::ptrdiff_t>(to)});
      produced += cut.produced();
      for (const char* name : {"dry_b", "wet_f", "pressure_b", "spread_f", "vpd_b", "vpd_f", "twice_b"}) {
        const Rows more = cut.rows(name, static_cast<std::uint32_t>(at));
        rows[name].insert(rows[name].end(), more.begin(), more.end());
      }
      at = to;
    }
    EXPECT_EQ(produced, whole.produced());
    for (const auto& [name, found] : rows) {
      ASSERT_FALSE(found.empty());
      EXPECT_EQ(found, whole.rows(name)) << name;
    }
  }
}

// Begun in the middle, what lies as far back as the plan reaches is enough.
TEST(Deriver, AsMuchAsItReachesBackIsEnough) {
  const auto compiled = compile(node_spec(room_signals()));
  std::mt19937 random(12);
  for (int turn = 0; turn < 30; ++turn) {
    std::vector<Frame> frames = random_frames(random, 300);
    std::sort(frames.begin(), frames.end(),
              [](const Frame& a, const Frame& b) { return a.time_ns < b.time_ns; });
    const auto middle = frames.begin() + 100 + static_cast<std::ptrdiff_t>(random() % 150);
    const auto begin = std::find_if(frames.begin(), middle, [&](const Frame& frame) {
      return frame.time_ns >= middle->time_ns - compiled->derivation->lookback_ns;
    });
    Chain undisturbed(compiled), late(compiled);
    undisturbed.run({frames.begin(), middle});
    late.run({begin, middle});
    undisturbed.run({middle, frames.end()});
    late.run({middle, frames.end()});
    for (const char* name : {"vpd_b", "vpd_f", "twice_b", "twice_f"}) {
      EXPECT_EQ(late.rows(name), undisturbed.rows(name)) << name;
    }
  }
}

}  // namespace
}  // namespace cantrail::derive
