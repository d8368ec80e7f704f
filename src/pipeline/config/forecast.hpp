// What a configuration comes to in a day, lane by lane, before it runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/time.hpp"
#include "pipeline/config/node_config.hpp"

namespace cantrail {

// A day's worth. What is known, and with what a bus lets through or a lane's keys allow, the most that it can
// be: equal where all is known.
struct Amount {
  double known = 0;
  double at_most = 0;
  bool unlimited = false;  // something comes of which not even that is known

  [[nodiscard]] bool is_exact() const { return !unlimited && at_most <= known; }
};

struct LaneForecast {
  std::string name;  // of the sink; "journal"
  bool is_journal = false;
  Amount rows;                    // of the journal: frames, and rows that sources deliver
  std::optional<Amount> bytes;    // that the store grows by; nullopt: it does not tell
  std::optional<Duration> holds;  // how far back it reaches with the most that comes; nullopt: for ever, or
                                  // not known
  std::string limit;              // what ends that: "1GiB"
};

struct Forecast {
  std::vector<LaneForecast> lanes;  // of the enabled sinks, then the journal
  std::vector<std::string> notes;   // why something is not exact, or not decoded, a sentence each
  std::vector<std::string> idle;    // sources that make frames, none of which their DBCs describe
};

[[nodiscard]] Forecast forecast_of(const NodeConfig& config, FileSystem& files);

}  // namespace cantrail
