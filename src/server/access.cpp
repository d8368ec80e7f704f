#include "server/access.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail::server {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

// The host without its port: "car:8080" → "car", "[::1]:80" → "[::1]".
std::string_view name_of(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || bracket < colon);
  return has_port ? host.substr(0, colon) : host;
}

bool is_safe_path(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '-' || c == '_' || c == '.' || c == '~';
  });
}

bool has_space(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c == 127; });
}

}  // namespace

bool Access::takes_host(std::string_view host) const {
  if (!loopback_only && hosts.empty()) return true;
  if (names_loopback(host)) return true;
  const std::string asked = lower(host);
  return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& known) {
    const std::string name = lower(known);
    return name == asked || name == name_of(asked);
  });
}

bool Access::lists(std::string_view origin) const {
  return std::any_of(cors.begin(), cors.end(),
                     [&](const std::string& known) { return known == "*" || lower(known) == lower(origin); });
}

bool Access::takes_origin(std::string_view origin, std::string_view host) const {
  return same_origin(origin, host) || lists(origin);
}

void Access::allow_origin(Response& response, std::string_view origin) const {
  if (cors.empty()) return;
  if (std::find(cors.begin(), cors.end(), "*") != cors.end()) {
    response.headers.push_back({"Access-Control-Allow-Origin", "*"});
    return;
  }
  response.headers.push_back({"Vary", "Origin"});  // a cache must not give one origin's answer to another
  if (!origin.empty() && lists(origin)) {
    response.headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
  }
}

std::optional<Response> Access::preflight(const Request& request) const {
  if (request.method != "OPTIONS" || request.origin.empty() || !lists(request.origin)) return std::nullopt;
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.headers = {{"Allow", "GET, HEAD, OPTIONS"},
                      {"Access-Control-Allow-Methods", "GET, HEAD"},
                      {"Access-Control-Allow-Headers", "*"},
                      {"Access-Control-Max-Age", "600"}};
  return response;
}

std::optional<Response> Access::enter(Request& request) const {
  if (base_path.empty()) return std::nullopt;
  if (request.path == base_path) {
    Response response;
    response.status = 308;
    response.content_type = "text/plain; charset=utf-8";
    response.headers.push_back({"Location", base_path + "/"});
    return response;
  }
  if (!request.path.starts_with(base_path + "/"))
    return std::nullopt;  // the proxy took it off, or none was there
  const auto depth = std::count(base_path.begin(), base_path.end(), '/');
  const auto count = std::min<std::ptrdiff_t>(depth, static_cast<std::ptrdiff_t>(request.segments.size()));
  request.path.erase(0, base_path.size());
  request.segments.erase(request.segments.begin(), request.segments.begin() + count);
  return std::nullopt;
}

std::string problem_of_origin(std::string_view origin) {
  if (origin == "*") return {};
  const std::size_t scheme = origin.find("://");
  const std::string_view rest = scheme == std::string_view::npos ? "" : origin.substr(scheme + 3);
  if (scheme != 0 && !rest.empty() && rest.find_first_of("/?#*") == std::string_view::npos &&
      !has_space(origin)) {
    return {};
  }
  return "\"" + printable(origin) +
         "\" is no origin; write \"https://car.example.org\", without a path, or \"*\"";
}

std::string problem_of_host(std::string_view host) {
  if (!host.empty() && host.find_first_of("/?#*@") == std::string_view::npos && !has_space(host)) return {};
  return "\"" + printable(host) + "\" is no host name; write \"car.example.org\"";
}

std::string problem_of_base_path(std::string_view path) {
  if (path.empty()) return {};
  const bool good = path.front() == '/' && path.back() != '/' && path.find("//") == std::string_view::npos &&
                    path.find("/.") == std::string_view::npos && is_safe_path(path);
  return good ? std::string{}
              : "\"" + printable(path) + "\" is no path; write \"/car7\", without a slash at its end";
}

}  // namespace cantrail::server
