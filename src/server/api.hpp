// The API as a function from requests to responses. No sockets, no threads of its own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.hpp"
#include "server/access.hpp"
#include "server/live_state.hpp"
#include "server/node_view.hpp"
#include "server/page_tile.hpp"
#include "server/process_stats.hpp"
#include "server/request.hpp"
#include "server/row_json.hpp"

namespace cantrail::server {

// What a client of /api/live asked for.
struct LiveOptions {
  RowFilter filter;
  Duration interval = std::chrono::milliseconds(200);
};
inline constexpr Duration kLeastInterval = std::chrono::milliseconds(2);
inline constexpr Duration kMostInterval = std::chrono::minutes(1);

// Thread-safe.
class Api {
 public:
  Api(std::shared_ptr<NodeView> node, std::shared_ptr<LiveState> state, Clock& clock, std::string version,
      Access access, std::string layout = layout_json({}));

  // First of all, for each request: takes off the base path. The answer, where there is nothing more to do.
  [[nodiscard]] std::optional<Response> enter(Request& request) const;

  [[nodiscard]] Response handle(const Request& request);
  // True where handle() may read the history, which takes up to seconds: then it belongs on a thread that may
  // wait.
  [[nodiscard]] static bool may_take_long(const Request& request);

  // Checks a request to open /api/live.
  [[nodiscard]] std::variant<LiveOptions, Response> open_live(const Request& request) const;

  [[nodiscard]] NodeView& node() const { return *node_; }
  [[nodiscard]] const LiveState& state() const { return *state_; }
  [[nodiscard]] Clock& clock() const { return clock_; }
  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] ProcessSample process() { return process_.sample(); }
  [[nodiscard]] const std::string& layout() const { return layout_; }
  [[nodiscard]] NodeStatus status() const;  // the node's, with this program's version where it has none

 private:
  [[nodiscard]] Response finished(Response response, const Request& request) const;

  std::shared_ptr<NodeView> node_;
  std::shared_ptr<LiveState> state_;
  Clock& clock_;
  std::string version_;
  Access access_;
  std::string layout_;  // of the page, as JSON
  ProcessStats process_;
};

}  // namespace cantrail::server
