#include <array>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "base/text.hpp"
#include "server/connection.hpp"
#include "server/problem.hpp"
#include "server/response_head.hpp"

namespace cantrail::server {
namespace {

constexpr std::size_t kMostWasteBytes = 128U << 10;
constexpr Duration kLinger = std::chrono::seconds(1);

using Parser = http::request_parser<http::empty_body>;

asio::awaitable<bool> write_response(beast::tcp_stream& stream, const Response& response, bool keep_alive,
                                     bool with_body, Core& core) {
  const Counted held(core.response_bytes, response.body.size());
  const std::string head = response_head(response, keep_alive, core.api.clock().wall());
  const std::array<asio::const_buffer, 2> parts{
      asio::buffer(head), asio::buffer(response.body.data(), with_body ? response.body.size() : 0)};
  stream.expires_after(core.limits.idle);
  const auto [error, bytes] = co_await asio::async_write(stream, parts, kAwait);
  co_return !error;
}

// Closing with unread bytes would reset the connection and take the answer away from the client: so what is
// still coming is read and thrown away for a moment.
asio::awaitable<void> close_gently(beast::tcp_stream& stream) {
  boost::system::error_code ignored;
  stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream.expires_after(kLinger);
  std::array<char, 4096> waste{};
  for (std::size_t total = 0; total < kMostWasteBytes;) {
    const auto [error, bytes] = co_await stream.async_read_some(asio::buffer(waste), kAwait);
    if (error) break;
    total += bytes;
  }
  stream.close();
}

std::optional<Response> answer_to_broken(const boost::system::error_code& error, const ServerLimits& limits) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return problem(431, "the request's header is longer than " + format_bytes(limits.header_bytes));
  }
  if (error == http::error::body_limit) {
    return problem(413, "the request's body is longer than " + format_bytes(limits.body_bytes));
  }
  if (error.category() == http::make_error_code(http::error::bad_method).category() &&
      error != http::error::end_of_stream && error != http::error::partial_message) {
    return problem(400, "this is no HTTP request: " + error.message());
  }
  return std::nullopt;  // the client is gone, or took too long and was closed by the stream's timer
}

Result<Request> to_request(const http::request<http::empty_body>& message) {
  const auto text = [](beast::string_view view) { return std::string_view(view.data(), view.size()); };
  auto request = parse_target(text(message.method_string()), text(message.target()));
  if (!request) return request;
  request->host = text(message[http::field::host]);
  request->origin = text(message[http::field::origin]);
  request->takes_gzip = takes_gzip(text(message[http::field::accept_encoding]));
  return request;
}

std::optional<Response> too_often(const std::string& client, Core& core) {
  const auto wait = core.rate.take(client, core.api.clock().mono());
  if (!wait) return std::nullopt;
  Response response = problem(429, "more than " + std::to_string(core.limits.requests_per_second) +
                                       " requests a second from your address");
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
  response.headers.push_back({"Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1))});
  return response;
}

asio::awaitable<Response> answer(const Request& request, Core& core) {
  if (!Api::may_take_long(request)) co_return core.api.handle(request);
  if (core.history_requests >= core.limits.history_requests ||
      core.response_bytes > core.limits.response_bytes) {
    Response busy = problem(503, "too many questions to the history at once; try again");
    busy.headers.push_back({"Retry-After", "5"});
    co_return busy;
  }
  const Counted under_way(core.history_requests, 1);
  Api& api = core.api;
  co_return co_await asio::co_spawn(
      *core.pool, [&api, &request]() -> asio::awaitable<Response> { co_return api.handle(request); },
      asio::use_awaitable);
}

}  // namespace

asio::awaitable<void> refuse_connection(beast::tcp_stream stream, [[maybe_unused]] Counted refusal,
                                        Refusal why, Core& core) {
  Response answer = why == Refusal::full ? problem(503, "too many connections")
                                         : problem(429, "too many connections from your address");
  answer.headers.push_back({"Retry-After", "5"});
  if (co_await write_response(stream, answer, false, true, core)) co_await close_gently(stream);
}

asio::awaitable<void> serve_http(beast::tcp_stream stream, Connection connection, Core& core) {
  beast::flat_buffer buffer(2 * core.limits.header_bytes);
  for (;;) {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(core.limits.header_bytes));
    parser.body_limit(core.limits.body_bytes);
    stream.expires_after(core.limits.idle);
    const auto [error, bytes] = co_await http::async_read_header(stream, buffer, parser, kAwait);
    if (error) {
      const auto last = answer_to_broken(error, core.limits);
      if (last && co_await write_response(stream, *last, false, true, core)) co_await close_gently(stream);
      co_return;
    }
    const bool has_body = !parser.is_done();
    const bool head_only = parser.get().method() == http::verb::head;
    const bool keep_alive = parser.get().keep_alive() && !has_body;
    auto request = to_request(parser.get());
    Response response;
    if (auto busy = too_often(connection.client.address(), core)) {
      response = std::move(*busy);
    } else if (!request) {
      response = problem(400, request.fault().message);
    } else if (auto entered = core.api.enter(*request)) {
      response = std::move(*entered);
    } else if (has_body && (request->method == "GET" || head_only)) {
      response = problem(413, "requests carry no body here");
    } else if (beast::websocket::is_upgrade(parser.get())) {
      auto opened = core.api.open_live(*request);
      if (const auto* options = std::get_if<LiveOptions>(&opened)) {
        co_return co_await serve_live(std::move(stream), std::move(connection), parser.release(), *options,
                                      core);
      }
      response = std::get<Response>(std::move(opened));
    } else {
      response = co_await answer(*request, core);
    }
    if (!co_await write_response(stream, response, keep_alive, !head_only, core)) co_return;
    if (!keep_alive) co_return co_await close_gently(stream);
  }
}

}  // namespace cantrail::server
