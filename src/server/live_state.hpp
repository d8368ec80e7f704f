// The latest row of every stream: what /api/state/current shows and /api/live sends. A live sink fills it
// from its lane's thread; the server reads it from its own.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "component/history.hpp"
#include "component/sink.hpp"

namespace cantrail::server {

inline constexpr std::uint32_t kStaleAfterMs = 5000;  // of streams that declare no cycle time

// One message's (or other stream's) latest row, copied out of its batch.
struct LatestRow {
  std::string channel;  // empty for streams without one
  std::string message;
  std::uint32_t id = 0;  // with kIdExtended
  WallTime time;         // of the row, as stamped
  // When the node got it, for its age: nullopt for a restored row, whose age counts from `time`.
  std::optional<MonoTime> seen;
  std::uint32_t stale_after_ms = kStaleAfterMs;  // an older row is shown as stale
  std::uint64_t version = 0;                     // grows with every update of any row
  std::uint64_t rows = 0;                        // seen since start; given to update(): how many more
  bool stale = false;                            // restored from the history: not seen since this start
  std::vector<std::uint8_t> data;                // the frame
  std::string signals;                           // JSON object, 64-bit integers beyond 2^53 as strings
  std::string labels;                            // JSON object
  std::shared_ptr<const std::string> units;  // JSON object, the same for all rows of a stream; may be nullptr
};

[[nodiscard]] Duration age_of(const LatestRow& row, const ClockPair& now);  // never negative
[[nodiscard]] bool is_stale(const LatestRow& row, const ClockPair& now);

// Thread-safe. Memory: one row per stream.
class LiveState {
 public:
  // Rows newer than `version`, oldest change first, at most `limit`; and the version reached.
  struct Changes {
    std::vector<LatestRow> rows;
    std::uint64_t version = 0;
  };
  [[nodiscard]] Changes since(std::uint64_t version, std::size_t limit) const;
  [[nodiscard]] std::vector<LatestRow> all() const;  // by channel, then message

  void update(const std::string& key, LatestRow row);
  // What was known when the node stopped: marked stale, never over a row that has come since.
  void restore(const std::vector<HistoryRow>& rows);

 private:
  mutable std::mutex mutex_;
  std::uint64_t version_ = 0;
  std::map<std::string, LatestRow> rows_;  // key: "channel:Message", or "Message" without channel
};

// A live sink: newest wins, so of the rows of one stream in a group only the last is kept and the others
// count as superseded.
[[nodiscard]] std::unique_ptr<Sink> make_live_state_sink(std::shared_ptr<LiveState> state);

}  // namespace cantrail::server
