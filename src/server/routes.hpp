// Every path the server answers, in one table.
#pragma once

#include <span>
#include <string_view>

#include "server/api.hpp"

namespace cantrail::server {

struct Route {
  std::string_view path;  // "{name}" stands for any one segment
  Response (*answer)(Api& api, const Request& request);
  bool reads_history = false;  // or anything else on the disk
  bool is_page = false;        // part of the page, not of the API
  bool changes = false;        // POST, of no page from elsewhere; else GET and HEAD
};

inline constexpr std::string_view kLivePath = "/api/live";  // answered by a WebSocket, see live_session

[[nodiscard]] std::span<const Route> routes();
[[nodiscard]] const Route* find_route(const Request& request);  // nullptr: none

// The answers, by file.
Response answer_state_current(Api& api, const Request& request);  // state_api.cpp
Response answer_signals(Api& api, const Request& request);
Response answer_layout(Api& api, const Request& request);
Response answer_status(Api& api, const Request& request);
Response answer_healthz(Api& api, const Request& request);
Response answer_health(Api& api, const Request& request);
Response answer_ready(Api& api, const Request& request);
Response answer_openapi(Api& api, const Request& request);
Response answer_component_types(Api& api, const Request& request);  // component_api.cpp
Response answer_components(Api& api, const Request& request);
Response answer_component(Api& api, const Request& request);
Response answer_state_history(Api& api, const Request& request);  // history_json.cpp
Response answer_gaps(Api& api, const Request& request);
Response answer_frames(Api& api, const Request& request);      // frame_api.cpp
Response answer_series(Api& api, const Request& request);      // series_json.cpp
Response answer_blob(Api& api, const Request& request);        // blob_api.cpp
Response answer_recordings(Api& api, const Request& request);  // recordings_api.cpp
Response answer_trigger(Api& api, const Request& request);     // trigger_api.cpp
Response answer_metrics(Api& api, const Request& request);     // metrics.cpp

}  // namespace cantrail::server
