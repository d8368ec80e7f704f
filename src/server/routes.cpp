#include "server/routes.hpp"

#include <array>

#include "server/embedded.hpp"
#include "server/problem.hpp"
#include "server/query.hpp"

namespace cantrail::server {
namespace {

// The page loads nothing from elsewhere and runs in no frame.
Response page_file(const Request& request, std::string_view type, std::string_view text) {
  if (auto wrong = QueryReader(request).problem(); wrong && request.path != "/") return *wrong;
  Response response;
  response.content_type = type;
  response.body = text;
  response.headers = {{"Cache-Control", "no-cache"},
                      {"Content-Security-Policy",
                       "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
                      {"Referrer-Policy", "no-referrer"}};
  return response;
}

Response answer_page(Api&, const Request& request) {
  return page_file(request, "text/html; charset=utf-8", embedded::index_html);
}
Response answer_style(Api&, const Request& request) {
  return page_file(request, "text/css; charset=utf-8", embedded::style_css);
}
Response answer_script(Api&, const Request& request) {
  return page_file(request, "text/javascript; charset=utf-8", embedded::app_js);
}
Response answer_icon(Api&, const Request& request) {
  return page_file(request, "image/svg+xml", embedded::icon_svg);
}
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
