#include "support/history_traffic.hpp"

#include <algorithm>
#include <array>

namespace cantrail::bench {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kLongestBatch = 2'000'000;

}  // namespace

std::vector<MessageRate> grow_room() {
  std::vector<MessageRate> all;
  for (const char* node : {"_b", "_f", "_v"}) {
    all.push_back({std::string("PT100") + node, 3, kSecondNs, 0.01});
    all.push_back({std::string("BME280") + node, 3, kSecondNs, 0.01});
    all.push_back({std::string("SCD30") + node, 3, 5 * kSecondNs, 0.01});
    all.push_back({std::string("VL53") + node, 3, kSecondNs, 1});
    all.push_back({std::string("Heartbeat") + node, 1, kSecondNs, 1});
  }
  return all;
}

std::vector<MessageRate> leaf() {
  return {{"Inverter", 5, kSecondNs / 100, 0.1},     {"Motor", 2, kSecondNs / 100, 1},
          {"VehicleSpeed", 2, kSecondNs / 50, 0.01}, {"Battery", 4, kSecondNs / 20, 0.5},
          {"BatteryTemps", 4, kSecondNs, 1},         {"Charger", 4, kSecondNs, 0.1},
          {"GpsPosition", 2, kSecondNs / 5, 1e-7},   {"GpsVelocity", 3, kSecondNs / 5, 0.01},
          {"BodyTemps", 4, kSecondNs, 0.1},          {"BodyVoltages", 3, kSecondNs, 0.01}};
}

std::vector<MessageRate> many(std::size_t signals, double rows_a_second) {
  constexpr std::size_t kEach = 5;
  const std::size_t messages = std::max<std::size_t>(signals / kEach, 1);
  const auto every = static_cast<std::int64_t>(static_cast<double>(messages) / rows_a_second * 1e9);
  std::vector<MessageRate> all;
  for (std::size_t i = 0; i < messages; ++i) {
    all.push_back({"Message" + std::to_string(i), std::min(kEach, signals), every, 0.1});
  }
  return all;
}

Traffic::Traffic(const std::vector<MessageRate>& messages) {
  auto catalog = std::make_shared<Catalog>();
  catalog->sources = {{"can0", "bench"}};
  catalog->channels = {{"can0", 0, {}}};
  for (std::size_t i = 0; i < messages.size(); ++i) {
    auto row = std::make_shared<RowSchema>();
    row->name = messages[i].name;
    row->can_id = static_cast<std::uint32_t>(0x100 + i);
    row->length_bytes = 8;
    for (std::size_t f = 0; f < messages[i].signals; ++f) {
      FieldSchema field;
      field.name = "signal_" + std::to_string(f);
      field.unit = "V";
      row->fields.push_back(std::move(field));
    }
    StreamInfo info;
    info.row = std::move(row);
    info.channel = ChannelId{0};
    catalog->streams.push_back(std::move(info));
    streams_.push_back({messages[i], 0, {}});
    for (std::size_t f = 0; f < messages[i].signals; ++f) {
      streams_.back().raw.push_back(2000 + static_cast<std::int64_t>(random() % 2000));
    }
  }
  catalog_ = std::move(catalog);
}

std::uint64_t Traffic::random() {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 7;
  state_ ^= state_ << 17;
  return state_;
}

BatchPtr Traffic::batch(std::uint64_t seq, std::int64_t from_ns, std::int64_t to_ns) {
  return batch_of(seq, due(from_ns, to_ns));
}

std::vector<BatchPtr> Traffic::live(std::uint64_t& seq, std::int64_t from_ns, std::int64_t to_ns) {
  const std::vector<Due> all = due(from_ns, to_ns);
  std::vector<BatchPtr> batches;
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    while (end < all.size() && all[end].time_ns < all[begin].time_ns + kLongestBatch) ++end;
    batches.push_back(batch_of(seq++, std::span(all).subspan(begin, end - begin)));
  }
  return batches;
}

std::vector<Traffic::Due> Traffic::due(std::int64_t from_ns, std::int64_t to_ns) {
  std::vector<Due> due;
  for (std::size_t s = 0; s < streams_.size(); ++s) {
    Stream& stream = streams_[s];
    const auto every = static_cast<std::uint64_t>(stream.rate.every_ns);
    if (stream.next_ns == 0) stream.next_ns = from_ns + static_cast<std::int64_t>(random() % every);
    for (; stream.next_ns < to_ns; stream.next_ns += stream.rate.every_ns) {
      due.push_back({stream.next_ns + static_cast<std::int64_t>(random() % (every / 1000 + 1)), s});
    }
  }
  std::ranges::sort(due, {}, &Due::time_ns);
  return due;
}

BatchPtr Traffic::batch_of(std::uint64_t seq, std::span<const Due> due) {
  auto raw = std::make_shared<RawBatch>();
  raw->position.epoch = 1;
  raw->position.seq = seq;
  raw->catalog = catalog_;
  std::vector<std::vector<std::uint32_t>> rows(streams_.size());
  std::vector<std::vector<std::int64_t>> values(streams_.size());
  for (std::size_t i = 0; i < due.size(); ++i) {
    Stream& stream = streams_[due[i].stream];
    std::array<std::uint8_t, 8> data{};
    for (std::size_t f = 0; f < stream.raw.size(); ++f) {
      stream.raw[f] += static_cast<std::int64_t>(random() % 7) - 3;
      values[due[i].stream].push_back(stream.raw[f]);
      if (2 * f + 1 < data.size()) {
        data[2 * f] = static_cast<std::uint8_t>(stream.raw[f] >> 8);
        data[2 * f + 1] = static_cast<std::uint8_t>(stream.raw[f]);
      }
    }
    FrameView frame;
    frame.time = {due[i].time_ns};
    frame.id = static_cast<std::uint32_t>(0x100 + due[i].stream);
    frame.length = 8;
    frame.data = data;
    raw->frames.append(frame);
    rows[due[i].stream].push_back(static_cast<std::uint32_t>(i));
  }
  auto batch = std::make_shared<Batch>();
  for (std::size_t s = 0; s < streams_.size(); ++s) {
    if (rows[s].empty()) continue;
    const std::size_t fields = streams_[s].raw.size();
    StreamBlock block;
    block.reset(static_cast<StreamId>(s), fields, rows[s].size(), true);
    for (std::size_t r = 0; r < rows[s].size(); ++r) {
      block.frame()[r] = rows[s][r];
      block.time_ns()[r] = due[rows[s][r]].time_ns;
      for (std::size_t f = 0; f < fields; ++f) {
        block.f64(f)[r] = static_cast<double>(values[s][r * fields + f]) * streams_[s].rate.factor;
      }
    }
    batch->blocks.push_back(std::move(block));
  }
  batch->raw = std::move(raw);
  return batch;
}

}  // namespace cantrail::bench
