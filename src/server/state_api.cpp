// Answers from memory: current values, catalog, status, health.
#include "server/embedded.hpp"
#include "server/problem.hpp"
#include "server/query.hpp"
#include "server/routes.hpp"
#include "server/signals_json.hpp"
#include "server/status_json.hpp"
#include "server/unknown_name.hpp"

namespace cantrail::server {
namespace {

Response json_response(std::string body) {
  Response response;
  response.body = std::move(body);
  response.body += '\n';
  return response;
}

}  // namespace

Response answer_state_current(Api& api, const Request& request) {
  QueryReader query(request);
  const RowFilter filter{query.text("message"), query.text("channel")};
  if (auto wrong = query.problem()) return *wrong;
  const ClockPair now = api.clock().pair();
  std::string body;
  encode::JsonWriter json(body, encode::BigIntegers::as_string);
  bool any = false;
  json.begin_object();
  write_time(json, "time", now.wall);
  json.key("rows");
  json.begin_array();
  for (const LatestRow& row : api.state().all()) {
    if (!filter.takes(row)) continue;
    any = true;
    write_row(json, row, now, true);
  }
  if (!any) {
    if (auto unknown = unknown_message(filter.message, api.node().catalog().get())) return *unknown;
  }
  json.end_array();
  json.end_object();
  return json_response(std::move(body));
}

Response answer_signals(Api& api, const Request& request) {
  if (auto wrong = QueryReader(request).problem()) return *wrong;
  return json_response(signals_json(api.node().catalog().get()));
}

Response answer_layout(Api& api, const Request& request) {
  if (auto wrong = QueryReader(request).problem()) return *wrong;
  return json_response(api.layout());
}

Response answer_status(Api& api, const Request& request) {
  if (auto wrong = QueryReader(request).problem()) return *wrong;
  return json_response(status_json(api.status(), api.process(), clock_trust()));
}

Response answer_healthz(Api&, const Request&) {
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = "ok\n";
  return response;
}

// Says that the server answers, as /healthz does, and in passing how the node is.
Response answer_health(Api& api, const Request& request) {
  if (auto wrong = QueryReader(request).problem()) return *wrong;
  const NodeStatus status = api.status();
  std::string body;
  encode::JsonWriter json(body);
  json.begin_object();
  json.key("status");
  json.string("ok");
  json.key("ready");
  json.boolean(status.ready);
  json.key("node");
  json.string(status.node);
  json.key("version");
  json.string(status.version);
  json.key("uptime_s");
  json.number(std::chrono::duration<double>(status.now.mono - status.started.mono).count());
  json.end_object();
  return json_response(std::move(body));
}

Response answer_ready(Api& api, const Request&) {
  const NodeStatus status = api.status();
  if (!status.ready) return not_ready(reasons_not_ready(status));
  return json_response("{\"ready\":true}");
}

Response answer_openapi(Api&, const Request& request) {
  if (auto wrong = QueryReader(request).problem()) return *wrong;
  Response response;
  response.body = embedded::openapi_json;
  return response;
}

}  // namespace cantrail::server
