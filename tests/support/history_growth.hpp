// What a history file really grows by under made-up traffic: for those who hold a forecast against it.
#pragma once

#include <string>
#include <vector>

#include "component/forecast.hpp"
#include "sinks/sqlite/sqlite_sink.hpp"
#include "support/history_traffic.hpp"

namespace cantrail::bench {

struct MeasuredGrowth {
  double rows_per_day = 0;
  double bytes_per_day = 0;
  std::string problem;  // empty: it was written
};

// Writes so many hours into a new file in the folder, in transactions as the lane would make them, and
// removes it. `config.path` and `config.keep` are set here.
[[nodiscard]] MeasuredGrowth measure_growth(const std::string& folder, SqliteConfig config,
                                            const std::vector<MessageRate>& messages, double hours);

// The same traffic as a forecast is asked about it.
[[nodiscard]] std::vector<StreamRate> stream_rates(const std::vector<MessageRate>& messages);

}  // namespace cantrail::bench
