#include "contract/world.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <random>

namespace cantrail::contract {
namespace {

constexpr std::int64_t kStart = 1'700'000'000'000'000'000;

constexpr const char* kDbc = R"(VERSION ""
BU_: ECU
BO_ 256 Battery: 8 ECU
 SG_ voltage : 0|16@1+ (0.1,0) [0|0] "V" ECU
 SG_ current : 16|16@1- (0.1,0) [0|0] "A" ECU
 SG_ gear : 32|8@1+ (1,0) [0|0] "" ECU
BO_ 2566848512 Motor: 8 ECU
 SG_ rpm : 0|16@1- (1,0) [0|0] "1/min" ECU
BO_ 512 Odd: 8 ECU
 SG_ real : 0|64@1- (1,0) [0|0] "it's \ % ; --" ECU
 SG_ name_that_is_as_long_as_the_format_lets_names_be_which_is_long : 0|64@1+ (1,0) [0|0] "" ECU
VAL_ 256 gear 0 "PARK" 1 "DRIVE; DROP TABLE rows --" ;
SIG_VALTYPE_ 512 real : 2;
)";

}  // namespace

World::World() {
  CatalogSpec spec;
  spec.sources = {{"can0", "test"}};
  spec.dbcs = {{"contract.dbc", kDbc}};
  spec.channels = {{"can0", 0, {0}}};
  CatalogCompiler compiler;
  Diagnostics ignored;
  compiled_ = std::move(*compiler.compile(spec, ignored));
  spec.channels.push_back({"can1", 0, {0}});
  larger_ = std::move(*compiler.compile(spec, ignored));
  decoder_ = std::make_unique<dbc::Decoder>(compiled_->channels);
}

Position World::at(std::uint64_t seq) {
  Position position;
  position.journal.bytes.fill(0x5A);
  position.epoch = 1;
  position.seq = seq;
  return position;
}

BatchPtr World::decode(std::shared_ptr<RawBatch> raw) {
  auto batch = std::make_shared<Batch>();
  batch->undecoded = decoder_->decode(raw->frames, batch->blocks);
  raw->fate = JournalFate::accepted;
  batch->raw = std::move(raw);
  return batch;
}

BatchPtr World::batch(std::uint64_t seq, std::size_t from, std::size_t to) {
  auto raw = std::make_shared<RawBatch>();
  raw->position = at(seq);
  raw->catalog = compiled_->catalog;
  for (std::size_t i = from; i < to; ++i) {
    const std::array<std::uint8_t, 8> data{static_cast<std::uint8_t>(i),
                                           static_cast<std::uint8_t>(i >> 8),
                                           1,
                                           0,
                                           static_cast<std::uint8_t>(i % 3),
                                           0,
                                           0,
                                           0};
    const std::uint32_t id = i % 10 == 9 ? 0x7FFU : i % 2 == 0 ? 256U : (0x18FF0000U | kIdExtended);
    const WallTime time{kStart + static_cast<std::int64_t>(i) * 1'000'000};
    raw->frames.append({time, id, 0, 0, 8, data});
  }
  raw->clock.wall = {kStart + static_cast<std::int64_t>(to) * 1'000'000};
  return decode(std::move(raw));
}

BatchPtr World::hostile_batch(std::uint64_t seq) {
  auto raw = std::make_shared<RawBatch>();
  raw->position = at(seq);
  raw->catalog = compiled_->catalog;
  // A not-a-number, an infinity, the largest integer; times from before 1970 to the end of the type.
  const std::array<std::array<std::uint8_t, 8>, 3> values{{{0, 0, 0, 0, 0, 0, 0xF8, 0x7F},
                                                           {0, 0, 0, 0, 0, 0, 0xF0, 0xFF},
                                                           {255, 255, 255, 255, 255, 255, 255, 255}}};
  for (const std::int64_t time : {std::int64_t{-1}, std::int64_t{0}, std::numeric_limits<std::int64_t>::max(),
                                  std::numeric_limits<std::int64_t>::min(), kStart}) {
    for (const auto& value : values) raw->frames.append({WallTime{time}, 512, 0, 0, 8, value});
    raw->frames.append({WallTime{time}, 512, 0, 0, 0, {}});
    raw->frames.append({WallTime{time}, kIdError | 4, 0, 0, 8, values[2]});
    raw->frames.append({WallTime{time}, 512 | kIdRemote, 0, 0, 8, {}});
  }
  raw->clock.wall = {kStart};
  return decode(std::move(raw));
}

std::vector<BatchPtr> World::cut(std::size_t count, std::size_t pieces, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::size_t> cuts{0, count};
  while (cuts.size() <= pieces) cuts.push_back(random() % (count + 1));
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  std::vector<BatchPtr> batches;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) batches.push_back(batch(i + 1, cuts[i], cuts[i + 1]));
  return batches;
}

std::uint64_t World::records(const std::vector<BatchPtr>& batches) {
  std::uint64_t count = 0;
  for (const BatchPtr& one : batches) count += one->raw->records();
  return count;
}

}  // namespace cantrail::contract
