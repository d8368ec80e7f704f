#include "server/routes.hpp"

#include <array>

#include "server/page.hpp"
#include "server/problem.hpp"

namespace cantrail::server {
namespace {

Response answer_plain_live(Api&, const Request&) {
  Response response = problem(426, "this path speaks WebSocket: open ws://HOST/api/live");
  response.headers.push_back({"Upgrade", "websocket"});
  return response;
}

constexpr std::array<Route, 14> kRoutes{{
    {"/", answer_page, false, true},
    {"/style.css", answer_style, false, true},
    {"/app.js", answer_script, false, true},
    {"/icon.svg", answer_icon, false, true},
    {"/api/state/current", answer_state_current},
    {"/api/state/history", answer_state_history, true},
    {"/api/signals", answer_signals},
    {"/api/status", answer_status},
    {"/api/gaps", answer_gaps, true},
    {kLivePath, answer_plain_live},
    {"/api/openapi.json", answer_openapi},
    {"/healthz", answer_health},
    {"/readyz", answer_ready},
    {"/metrics", answer_metrics},
}};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

const Route* find_route(std::string_view path) {
  for (const Route& route : kRoutes) {
    if (route.path == path) return &route;
  }
  return nullptr;
}

}  // namespace cantrail::server
