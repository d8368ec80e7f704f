#include "support/history_growth.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/clock.hpp"

namespace cantrail::bench {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kStart = 1'700'000'000 * kSecond;
constexpr int kBatches = 64;  // at most, in a transaction

class Silence final : public Log {
 public:
  void write(Severity, std::string_view, std::string_view) override {}
};

double frames_per_s(const std::vector<MessageRate>& messages) {
  double sum = 0;
  for (const MessageRate& message : messages) sum += 1e9 / static_cast<double>(message.every_ns);
  return sum;
}

void remove_file(const std::string& path) {
  for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(path + part);
}

}  // namespace

MeasuredGrowth measure_growth(const std::string& folder, SqliteConfig config,
                              const std::vector<MessageRate>& messages, double hours) {
  config.path.value = folder + "/growth.db";
  config.keep = {};
  remove_file(config.path.value);
  MeasuredGrowth growth;
  ManualClock clock{WallTime{kStart}, MonoTime{1}};
  Silence log;
  const auto sink = config.make();
  if (const auto opened = sink->open({"history", "node", {}, clock, real_file_system(), log}); !opened) {
    growth.problem = opened.fault().message;
    return growth;
  }
  const double each_s = std::min(std::chrono::duration<double>(config.delay).count(),
                                 static_cast<double>(sink->traits().records) / frames_per_s(messages));
  const auto each = static_cast<std::int64_t>(each_s * 1e9);
  Traffic traffic(messages);
  std::uint64_t seq = 0;
  const auto write = [&](std::int64_t from) {
    std::vector<BatchPtr> batches;
    for (int i = 0; i < kBatches; ++i) {
      auto batch = traffic.batch(seq + 1, from + each * i / kBatches, from + each * (i + 1) / kBatches);
      if (batch->raw->records() == 0) continue;
      ++seq;  // numbers without a gap, as the lane's cursor has them
      batches.push_back(std::move(batch));
    }
    clock.advance(Duration(each));
    if (batches.empty()) return std::uint64_t{0};
    const auto outcome = sink->write(batches, batches.front()->begin(), batches.back()->end());
    if (!outcome) growth.problem = outcome.fault().message;
    return outcome ? outcome->delivered : 0;
  };
  write(kStart);  // tables, streams, the first pages
  sink->flush().ignore();
  const auto before = std::filesystem::file_size(config.path.value);
  const auto count = std::max<std::int64_t>(1, static_cast<std::int64_t>(hours * 3600 / each_s));
  std::uint64_t rows = 0;
  for (std::int64_t i = 1; i <= count && growth.problem.empty(); ++i) rows += write(kStart + i * each);
  sink->flush().ignore();
  const double days = static_cast<double>(count * each) / 86400e9;
  growth.rows_per_day = static_cast<double>(rows) / days;
  growth.bytes_per_day = static_cast<double>(std::filesystem::file_size(config.path.value) - before) / days;
  sink->close();
  remove_file(config.path.value);
  return growth;
}

std::vector<StreamRate> stream_rates(const std::vector<MessageRate>& messages) {
  const CatalogPtr catalog = Traffic(messages).catalog();
  std::vector<StreamRate> rates;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    rates.push_back({catalog->streams[i].row, 1e9 / static_cast<double>(messages[i].every_ns)});
  }
  return rates;
}

}  // namespace cantrail::bench
