// The API as a function from requests to responses. No sockets, no threads of its own.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "base/clock.hpp"
#include "server/live_state.hpp"
#include "server/node_view.hpp"
#include "server/process_stats.hpp"
#include "server/request.hpp"
#include "server/row_json.hpp"

namespace cantrail::server {

// What a client of /api/live asked for.
struct LiveOptions {
  RowFilter filter;
  Duration interval = std::chrono::milliseconds(200);
};

// Thread-safe.
class Api {
 public:
  // `loopback_only`: the server listens on loopback, so requests for other host names are refused.
  Api(std::shared_ptr<NodeView> node, std::shared_ptr<LiveState> state, Clock& clock, std::string version,
      bool loopback_only);

  [[nodiscard]] Response handle(const Request& request);
  // True where handle() may read the history, which takes up to seconds: then it belongs on a thread that may
  // wait.
  [[nodiscard]] static bool may_take_long(const Request& request);

  // Checks a request to open /api/live.
  [[nodiscard]] std::variant<LiveOptions, Response> open_live(const Request& request) const;

  [[nodiscard]] const NodeView& node() const { return *node_; }
  [[nodiscard]] const LiveState& state() const { return *state_; }
  [[nodiscard]] Clock& clock() const { return clock_; }
  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] ProcessSample process() { return process_.sample(); }
  [[nodiscard]] NodeStatus status() const;  // the node's, with this program's version where it has none

 private:
  [[nodiscard]] bool is_foreign_host(const Request& request) const;

  std::shared_ptr<NodeView> node_;
  std::shared_ptr<LiveState> state_;
  Clock& clock_;
  std::string version_;
  bool loopback_only_;
  ProcessStats process_;
};

}  // namespace cantrail::server
