// What one client of /api/live is sent, as text. Each message is made when the client can take it, from the
// newest state: a client that falls behind misses values in between, never the last.
//   {"type":"snapshot","time":…,"rows":[…]}   first
//   {"type":"changes","time":…,"rows":[…]}    the newest row of each stream that changed
//   {"type":"status","status":{…}}            as /api/status, with the 20 newest gaps; made by the session
// Units come with the first row of a stream.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "server/api.hpp"

namespace cantrail::server {

// One thread.
class LiveFeed {
 public:
  LiveFeed(const LiveState& state, RowFilter filter) : state_(state), filter_(std::move(filter)) {}

  [[nodiscard]] std::string snapshot(const ClockPair& now);
  // nullopt: nothing changed. At most kMostRows rows; the rest comes with the next call.
  [[nodiscard]] std::optional<std::string> changes(const ClockPair& now);

  static constexpr std::size_t kMostRows = 1000;

 private:
  [[nodiscard]] std::string message(std::string_view type, const std::vector<LatestRow>& rows,
                                    const ClockPair& now);

  const LiveState& state_;
  RowFilter filter_;
  std::set<std::shared_ptr<const std::string>> known_units_;  // sent before: one entry for each stream
  std::uint64_t version_ = 0;
};

[[nodiscard]] std::string live_status(Api& api);

}  // namespace cantrail::server
