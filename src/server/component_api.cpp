// /api/state/component: components by type and id, as [component.NAME] of the configuration finds them.
#include "base/text.hpp"
#include "encode/number_text.hpp"
#include "server/problem.hpp"
#include "server/query.hpp"
#include "server/routes.hpp"

namespace cantrail::server {
namespace {

using encode::JsonWriter;

constexpr std::size_t kTypeSegment = 3;  // of /api/state/component/{type}/{id}
constexpr std::size_t kIdSegment = 4;

// The newest row's signals, and its time among them: the component as a flat object.
std::string state_of(const LatestRow& row) {
  std::string text = row.signals.empty() ? "{}" : row.signals;
  if (text.find("\"timestamp\":") != std::string::npos) return text;  // a signal of that name
  text.pop_back();
  if (text.size() > 1) text += ',';
  text += "\"timestamp\":";
  encode::append_seconds(text, row.time);
  return text + '}';
}

void write_component(JsonWriter& json, const Component& component, const ClockPair& now) {
  json.begin_object();
  json.key("type");
  json.string(component.type);
  json.key("id");
  json.string(component.id);
  json.key("rule");
  json.string(component.rule);
  json.key("rows");
  json.unsigned_integer(component.rows);
  json.key("state");
  json.raw(state_of(component.latest));
  json.key("latest");
  write_row(json, component.latest, now, true);
  json.key("keys");
  json.begin_array();
  for (const auto& [key, row] : component.keys) {
    json.begin_object();
    json.key("key");
    json.string(key);
    json.key("row");
    write_row(json, row, now, true);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

Response unknown(const std::string& what) {
  return problem(404, what + "; /api/state/component lists those that are known");
}

}  // namespace

Response answer_component_types(Api& api, const Request& request) {
  if (auto wrong = QueryReader(request).problem()) return *wrong;
  const ComponentState& state = api.state().components();
  Response response;
  JsonWriter json(response.body, encode::BigIntegers::as_string);
  json.begin_object();
  json.key("types");
  json.begin_array();
  for (const auto& [type, ids] : state.ids()) {
    json.begin_object();
    json.key("type");
    json.string(type);
    json.key("ids");
    json.begin_array();
    for (const std::string& id : ids) json.string(id);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.key("dropped");
  json.unsigned_integer(state.dropped());
  json.end_object();
  response.body += '\n';
  return response;
}

Response answer_components(Api& api, const Request& request) {
  if (auto wrong = QueryReader(request).problem()) return *wrong;
  const std::string& type = request.segments[kTypeSegment];
  const std::vector<Component> components = api.state().components().of_type(type);
  if (components.empty()) return unknown("no component of type \"" + printable(type) + "\" has been seen");
  const ClockPair now = api.clock().pair();
  Response response;
  JsonWriter json(response.body, encode::BigIntegers::as_string);
  json.begin_object();
  write_time(json, "time", now.wall);
  json.key("type");
  json.string(type);
  json.key("components");
  json.begin_array();
  for (const Component& component : components) write_component(json, component, now);
  json.end_array();
  json.end_object();
  response.body += '\n';
  return response;
}

Response answer_component(Api& api, const Request& request) {
  if (auto wrong = QueryReader(request).problem()) return *wrong;
  const std::string& type = request.segments[kTypeSegment];
  const std::string& id = request.segments[kIdSegment];
  const auto component = api.state().components().find(type, id);
  if (!component) {
    return unknown("no component \"" + printable(id) + "\" of type \"" + printable(type) +
                   "\" has been seen");
  }
  Response response;
  JsonWriter json(response.body, encode::BigIntegers::as_string);
  write_component(json, *component, api.clock().pair());
  response.body += '\n';
  return response;
}

}  // namespace cantrail::server
