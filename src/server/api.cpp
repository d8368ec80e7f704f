#include "server/api.hpp"

#include "base/text.hpp"
#include "server/problem.hpp"
#include "server/query.hpp"
#include "server/routes.hpp"

namespace cantrail::server {
namespace {

constexpr std::string_view kForeignHost =
    "the Host header names another machine; this server listens on loopback and answers to localhost, "
    "127.0.0.1 and [::1] only";

bool has_header(const Response& response, std::string_view name) {
  for (const Header& header : response.headers) {
    if (header.name == name) return true;
  }
  return false;
}

Response finished(Response response) {
  if (!has_header(response, "Cache-Control")) response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

Response not_found(const Request& request) {
  return problem(404, "nothing is at " + printable(request.path) + "; /api/openapi.json lists what there is");
}

}  // namespace

Api::Api(std::shared_ptr<NodeView> node, std::shared_ptr<LiveState> state, Clock& clock, std::string version,
         bool loopback_only)
    : node_(std::move(node)),
      state_(std::move(state)),
      clock_(clock),
      version_(std::move(version)),
      loopback_only_(loopback_only),
      process_(clock) {}

bool Api::is_foreign_host(const Request& request) const {
  return loopback_only_ && !names_loopback(request.host);
}

NodeStatus Api::status() const {
  NodeStatus status = node_->status();
  if (status.version.empty()) status.version = version_;
  return status;
}

Response Api::handle(const Request& request) {
  if (is_foreign_host(request)) return finished(problem(403, kForeignHost));
  const Route* route = find_route(request.path);
  if (route == nullptr) return finished(not_found(request));
  if (request.method != "GET" && request.method != "HEAD") {
    Response response =
        problem(405, printable(request.method) + " is not offered here: everything is read only");
    response.headers.push_back({"Allow", "GET, HEAD"});
    return finished(std::move(response));
  }
  return finished(route->answer(*this, request));
}

bool Api::may_take_long(const Request& request) {
  const Route* route = find_route(request.path);
  return route != nullptr && route->reads_history;
}

std::variant<LiveOptions, Response> Api::open_live(const Request& request) const {
  if (is_foreign_host(request)) return finished(problem(403, kForeignHost));
  if (request.path != kLivePath) return finished(not_found(request));
  if (!same_origin(request.origin, request.host)) {
    return finished(problem(403, "a page of another origin may not read from here"));
  }
  QueryReader query(request);
  LiveOptions options;
  options.filter.message = query.text("message");
  options.filter.channel = query.text("channel");
  if (const auto interval =
          query.duration("interval", std::chrono::milliseconds(20), std::chrono::minutes(1))) {
    options.interval = *interval;
  }
  if (auto wrong = query.problem()) return finished(*wrong);
  return options;
}

}  // namespace cantrail::server
