// What one client of /api/live is sent, as text. Each message is made when the client can take it, from the
// newest state: a client that falls behind misses values in between, never the last.
//   {"type":"snapshot","time":…,"rows":[…]}   first
//   {"type":"changes","time":…,"rows":[…]}    the newest row of each stream that changed
//   {"type":"status","status":{…}}            as /api/status, with the 20 newest gaps; made by the session
// Those of a subscription carry its "id".
// Units come with the first row of a stream.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "server/api.hpp"
#include "server/live_selection.hpp"

namespace cantrail::server {

// One thread.
class LiveFeed {
 public:
  // `id`: JSON that each message carries as its "id"; empty: none.
  LiveFeed(const LiveState& state, LiveSelection selection, std::string id = "")
      : state_(&state), selection_(std::move(selection)), id_(std::move(id)) {}

  [[nodiscard]] std::string snapshot(const ClockPair& now);
  // nullopt: nothing changed. At most kMostRows rows; the rest comes with the next call.
  [[nodiscard]] std::optional<std::string> changes(const ClockPair& now);

  static constexpr std::size_t kMostRows = 1000;

 private:
  // nullopt: no row is of this feed's selection, and `even_if_empty` is false.
  [[nodiscard]] LiveState::Changes rows_since(std::uint64_t version, std::size_t most) const;
  [[nodiscard]] std::optional<std::string> message(std::string_view type, const std::vector<LatestRow>& rows,
                                                   const ClockPair& now, bool even_if_empty);

  const LiveState* state_;
  LiveSelection selection_;
  std::string id_;
  std::set<std::shared_ptr<const std::string>> known_units_;  // sent before: one entry for each stream
  std::uint64_t version_ = 0;
};

[[nodiscard]] std::string live_status(Api& api);

}  // namespace cantrail::server
