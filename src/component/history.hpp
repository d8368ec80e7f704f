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
  std::optional<std::uint32_t> id;  // as RowFrames say
  std::string message;
  std::vector<std::uint8_t> data;
  std::string signals;       // a JSON object: name → value, as encode/json writes it
  std::string labels;        // a JSON object: name → label; "{}" where there are none
  std::string position;      // "epoch/seq/index"
  std::string quality = {};  // a JSON object: name → why it is absent (quality.hpp); empty: nothing to say
};

struct SignalName {
  std::string channel, message, signal, unit;
};

struct SeriesQuery {
  std::string channel, message, signal;  // as SignalName has them
  WallTime from, to;                     // `to` is exclusive
  std::size_t points = 500;              // at most so many
};

// All values of one signal in [time, time + Series::bucket), or one value.
struct SeriesPoint {
  WallTime time;
  double min = 0, max = 0, mean = 0, last = 0;
  std::uint64_t count = 0;
};

struct Series {
  std::string unit;
  std::string resolution;           // of what was read: "raw", "1s", "1m", "1h"
  Duration bucket{};                // a multiple of the resolution; 0: raw
  std::vector<SeriesPoint> points;  // ascending; buckets without a value are left out
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
  // All that ever were stored.
  virtual Result<std::vector<SignalName>> signals() = 0;
  // In the finest resolution that gives no more points than asked for. Fault `config`: no such signal.
  virtual Result<Series> series(const SeriesQuery& query) = 0;
};

}  // namespace cantrail
