// POST /api/trigger: what happens now is to be recorded. The one request that changes something.
#include "base/text.hpp"
#include "component/trigger_name.hpp"
#include "encode/json_writer.hpp"
#include "server/api.hpp"
#include "server/problem.hpp"
#include "server/query.hpp"
#include "server/routes.hpp"
#include "server/row_json.hpp"

namespace cantrail::server {
namespace {

constexpr std::size_t kMostReasonBytes = 200;

}  // namespace

Response answer_trigger(Api& api, const Request& request) {
  QueryReader query(request);
  const std::string name = query.text("name");
  const std::string reason = query.text("reason");
  if (!is_trigger_name(name))
    query.refuse("name", "name is wanted: letters, digits, '_', '-' and '.', 64 at most");
  if (reason.size() > kMostReasonBytes || printable(reason, kMostReasonBytes) != reason) {
    query.refuse("reason", "reason is no printable text of 200 bytes at most");
  }
  if (auto wrong = query.problem()) return *wrong;
  const auto taken = api.node().trigger(name, reason);
  const WallTime now = api.clock().wall();
  if (!taken) {
    Response later = problem(503, "the trigger could not be kept: " + taken.fault().message);
    later.headers.push_back({"Retry-After", "5"});
    return later;
  }
  if (taken->empty()) {
    return problem(404, "no sink has a trigger '" + name + "': trigger = [\"api:" + name +
                            "\"] of a sink of type mcap makes one");
  }
  Response response;
  encode::JsonWriter json(response.body, encode::BigIntegers::as_string);
  json.begin_object();
  json.key("sinks");
  json.begin_array();
  for (const std::string& sink : *taken) json.string(sink);
  json.end_array();
  write_time(json, "time", now);
  json.end_object();
  response.body += '\n';
  return response;
}

}  // namespace cantrail::server
