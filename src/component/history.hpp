// Reading back what a store keeps. Thread-safe; each call is short (a few thousand rows at most) and never
// holds up the writer.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "base/time.hpp"
#include "model/gap.hpp"

namespace cantrail {

struct HistoryQuery {
  std::optional<WallTime> since;  // inclusive
  std::optional<WallTime> until;  // exclusive
  std::size_t limit = 1000;       // the newest `limit` rows of the range
  std::string message;            // glob over "Message" or "channel:Message"; empty: all
  std::string signal;  // glob over signal names; rows without one are left out, others are cut to them
};

struct HistoryRow {
  WallTime time;
  std::string channel;
  std::uint32_t id = 0;  // with kIdExtended
  std::string message;
  std::vector<std::uint8_t> data;
  std::string signals;   // a JSON object: name → value, as encode/json writes it
  std::string labels;    // a JSON object: name → label; "{}" where there are none
  std::string position;  // "epoch/seq/index"
};

struct HistoryPoint {
  WallTime time;
  double value = 0;
};

struct HistoryStats {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::optional<WallTime> oldest, newest;
};

class HistoryReader {
 public:
  virtual ~HistoryReader() = default;
  // Ascending by time, then by position.
  virtual Result<std::vector<HistoryRow>> rows(const HistoryQuery& query) = 0;
  // The last row of each channel and message: what was known when the node stopped.
  virtual Result<std::vector<HistoryRow>> latest() = 0;
  // Gaps that touch the range, ascending.
  virtual Result<std::vector<GapRecord>> gaps(std::optional<WallTime> since, std::optional<WallTime> until,
                                              std::size_t limit) = 0;
  virtual Result<HistoryStats> stats() = 0;
};

}  // namespace cantrail
