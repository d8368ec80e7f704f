#include "server/routes.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "server/page.hpp"
#include "server/problem.hpp"

namespace cantrail::server {
namespace {

Response answer_plain_live(Api&, const Request&) {
  Response response = problem(426, "this path speaks WebSocket: open ws://HOST/api/live");
  response.headers.push_back({"Upgrade", "websocket"});
  return response;
}

constexpr std::array<Route, 25> kRoutes{{
    {"/", answer_page, false, true},
    {"/style.css", answer_style, false, true},
    {"/app.js", answer_script, false, true},
    {"/icon.svg", answer_icon, false, true},
    {"/api/state/current", answer_state_current},
    {"/api/state/history", answer_state_history, true},
    {"/api/state/component", answer_component_types},
    {"/api/state/component/{type}", answer_components},
    {"/api/state/component/{type}/{id}", answer_component},
    {"/api/frames", answer_frames},
    {"/api/signals", answer_signals},
    {"/api/layout", answer_layout},
    {"/api/status", answer_status},
    {"/api/series", answer_series, true},
    {"/api/gaps", answer_gaps, true},
    {"/api/blobs/{digest}", answer_blob, true},
    {"/api/recordings", answer_recordings},
    {"/api/trigger", answer_trigger, true, false, true},
    {kLivePath, answer_plain_live},
    {"/api/openapi.json", answer_openapi},
    {"/api/health", answer_health},
    {"/health", answer_health},
    {"/healthz", answer_healthz},
    {"/readyz", answer_ready},
    {"/metrics", answer_metrics},
}};

// Segment by segment, where the route has placeholders; those take no empty segment.
bool fits(std::string_view path, const Request& request) {
  if (path.find('{') == std::string_view::npos) return path == request.path;
  const auto wanted = split(path.substr(1), '/');
  return std::equal(wanted.begin(), wanted.end(), request.segments.begin(), request.segments.end(),
                    [](std::string_view want, const std::string& segment) {
                      return want.starts_with('{') ? !segment.empty() : want == segment;
                    });
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

const Route* find_route(const Request& request) {
  for (const Route& route : kRoutes) {
    if (fits(route.path, request)) return &route;
  }
  return nullptr;
}

}  // namespace cantrail::server
