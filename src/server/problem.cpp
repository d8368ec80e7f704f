#include "server/problem.hpp"

#include "encode/json_writer.hpp"

namespace cantrail::server {
namespace {

Response document(int status, std::string_view detail, std::string_view extra_key,
                  std::string_view extra_json) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  encode::JsonWriter json(response.body);
  json.begin_object();
  json.key("type");
  json.string("about:blank");
  json.key("title");
  json.string(reason_phrase(status));
  json.key("status");
  json.integer(status);
  json.key("detail");
  json.string(detail);
  if (!extra_key.empty()) {
    json.key(extra_key);
    json.raw(extra_json);
  }
  json.end_object();
  response.body += '\n';
  return response;
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

Response problem(int status, std::string_view detail) {
  return document(status, detail, "", "");
}

Response bad_parameter(std::string_view parameter, std::string_view detail) {
  std::string name;
  encode::append_json_string(name, parameter);
  return document(400, detail, "parameter", name);
}

Response not_ready(const std::vector<std::string>& reasons) {
  std::string list;
  encode::JsonWriter json(list);
  json.begin_array();
  for (const std::string& reason : reasons) json.string(reason);
  json.end_array();
  return document(503, "not ready: " + (reasons.empty() ? std::string("starting") : reasons.front()),
                  "reasons", list);
}

}  // namespace cantrail::server
