#include "server/api.hpp"

#include "base/text.hpp"
#include "server/problem.hpp"
#include "server/query.hpp"
#include "server/routes.hpp"

namespace cantrail::server {
namespace {

constexpr std::string_view kForeignHost =
    "the Host header names another machine; this server answers to localhost, 127.0.0.1 and [::1], and to "
    "the "
    "names in [server] hosts";

bool has_header(const Response& response, std::string_view name) {
  for (const Header& header : response.headers) {
    if (header.name == name) return true;
  }
  return false;
}

Response not_found(const Request& request) {
  return problem(404, "nothing is at " + printable(request.path) + "; /api/openapi.json lists what there is");
}

}  // namespace

Api::Api(std::shared_ptr<NodeView> node, std::shared_ptr<LiveState> state, Clock& clock, std::string version,
         Access access, std::string layout)
    : node_(std::move(node)),
      state_(std::move(state)),
      clock_(clock),
      version_(std::move(version)),
      access_(std::move(access)),
      layout_(std::move(layout)),
      process_(clock) {}

Response Api::finished(Response response, const Request& request) const {
  if (!has_header(response, "Cache-Control")) response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  access_.allow_origin(response, request.origin);
  return response;
}

std::optional<Response> Api::enter(Request& request) const {
  auto answer = access_.enter(request);
  return answer ? std::optional(finished(std::move(*answer), request)) : std::nullopt;
}

NodeStatus Api::status() const {
  NodeStatus status = node_->status();
  if (status.version.empty()) status.version = version_;
  return status;
}

Response Api::handle(const Request& request) {
  if (!access_.takes_host(request.host)) return finished(problem(403, kForeignHost), request);
  if (auto answer = access_.preflight(request)) return finished(std::move(*answer), request);
  const Route* route = find_route(request);
  if (route == nullptr) return finished(not_found(request), request);
  const bool fits =
      route->changes ? request.method == "POST" : request.method == "GET" || request.method == "HEAD";
  if (!fits) {
    Response response = problem(405, printable(request.method) + " is not offered here: " +
                                         (route->changes ? "this is a POST" : "it is read only"));
    response.headers.push_back({"Allow", route->changes ? "POST" : "GET, HEAD"});
    return finished(std::move(response), request);
  }
  if (route->changes && !same_origin(request.origin, request.host)) {
    return finished(
        problem(403, "a page of another origin may not do that, whatever [server] cors lets it read"),
        request);
  }
  return finished(route->answer(*this, request), request);
}

bool Api::may_take_long(const Request& request) {
  const Route* route = find_route(request);
  return route != nullptr && route->reads_history;
}

std::variant<LiveOptions, Response> Api::open_live(const Request& request) const {
  if (!access_.takes_host(request.host)) return finished(problem(403, kForeignHost), request);
  if (request.path != kLivePath) return finished(not_found(request), request);
  if (!access_.takes_origin(request.origin, request.host)) {
    return finished(
        problem(403, "a page of another origin may not read from here; [server] cors names those that may"),
        request);
  }
  QueryReader query(request);
  LiveOptions options;
  options.filter.message = query.text("message");
  options.filter.channel = query.text("channel");
  if (const auto interval = query.duration("interval", kLeastInterval, kMostInterval)) {
    options.interval = *interval;
  }
  if (auto wrong = query.problem()) return finished(*wrong, request);
  return options;
}

}  // namespace cantrail::server
