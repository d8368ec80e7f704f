#include "growth.hpp"

#include <cstdio>

#include "support/history_growth.hpp"

namespace cantrail::bench {
namespace {

std::vector<MessageRate> alike(std::size_t messages, std::size_t signals, double rate) {
  std::vector<MessageRate> all;
  for (std::size_t i = 0; i < messages; ++i) {
    all.push_back({"Message" + std::to_string(i), signals, static_cast<std::int64_t>(1e9 / rate), 0.1});
  }
  return all;
}

struct Case {
  const char* name;
  std::vector<MessageRate> messages;
  double hours;
};

void line(const std::string& folder, const Case& one, const char* form) {
  SqliteConfig config;
  config.rows = form;
  const MeasuredGrowth measured = measure_growth(folder, config, one.messages, one.hours);
  const auto forecast = config.forecast(stream_rates(one.messages));
  std::printf("| %s | %.0f | %s | %.1f MB | %.1f MB | %+.0f %% | %s\n", one.name, measured.rows_per_day, form,
              measured.bytes_per_day / 1e6, forecast->bytes_per_day / 1e6,
              100 * (forecast->bytes_per_day / measured.bytes_per_day - 1), measured.problem.c_str());
}

}  // namespace

void growth(const std::string& folder) {
  const std::vector<Case> cases{{"grow room, 3 nodes", grow_room(), 4},
                                {"leaf, 284 rows/s", leaf(), 0.5},
                                {"1 message of 4 signals, 1/s", alike(1, 4, 1), 8},
                                {"10 of 4, 0.1/s", alike(10, 4, 0.1), 8},
                                {"10 of 4, 1/s", alike(10, 4, 1), 4},
                                {"10 of 4, 10/s", alike(10, 4, 10), 1},
                                {"10 of 4, 100/s", alike(10, 4, 100), 0.2},
                                {"10 of 1, 10/s", alike(10, 1, 10), 1},
                                {"10 of 8, 10/s", alike(10, 8, 10), 1},
                                {"10 of 16, 1/s", alike(10, 16, 1), 1},
                                {"100 of 4, 1/s", alike(100, 4, 1), 1},
                                {"100 of 4, 10/s", alike(100, 4, 10), 0.2}};
  std::printf(
      "\n| traffic | rows a day | rows | file grows by, a day | forecast | |\n|---|---|---|---|---|---|\n");
  for (const char* form : {"packed", "plain"}) {
    for (const Case& one : cases) line(folder, one, form);
  }
}

}  // namespace cantrail::bench
