#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket.hpp>

#include "server/connection.hpp"
#include "server/live_feed.hpp"

namespace cantrail::server {
namespace {

namespace websocket = boost::beast::websocket;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kMostClientBytes = 1024;  // clients have nothing to say
// The kernel would take megabytes for a client that does not read, and those would be old when it does.
constexpr int kSendBufferBytes = 64 << 10;

// One WebSocket client. Two coroutines share it: one writes, one reads, so that pings, closing and the end of
// the connection are noticed. A client that stops reading blocks its own writer alone; the ping that gets no
// answer then ends the connection.
struct LiveSession {
  LiveSession(beast::tcp_stream&& stream, Counted&& counted)
      : socket(std::move(stream)), timer(socket.get_executor()), connection(std::move(counted)) {}

  void end() {
    open = false;
    timer.cancel();
    boost::system::error_code ignored;
    beast::get_lowest_layer(socket).socket().close(ignored);
  }

  websocket::stream<beast::tcp_stream> socket;
  asio::steady_timer timer;
  Counted connection;
  bool open = true;
};

void set_options(LiveSession& session, const ServerLimits& limits) {
  beast::get_lowest_layer(session.socket).expires_never();  // the WebSocket layer keeps the time
  boost::system::error_code ignored;
  beast::get_lowest_layer(session.socket)
      .socket()
      .set_option(asio::socket_base::send_buffer_size(kSendBufferBytes), ignored);
  websocket::stream_base::timeout timeout{};
  timeout.handshake_timeout = std::chrono::seconds(5);
  timeout.idle_timeout = limits.stalled;
  timeout.keep_alive_pings = true;
  session.socket.set_option(timeout);
  session.socket.read_message_max(kMostClientBytes);
  session.socket.auto_fragment(false);
  session.socket.text(true);
}

asio::awaitable<void> read_until_end(std::shared_ptr<LiveSession> session) {
  beast::flat_buffer ignored(2 * kMostClientBytes);
  for (;;) {
    const auto [error, bytes] = co_await session->socket.async_read(ignored, kAwait);
    if (error) break;
    ignored.clear();
  }
  session->end();
}

std::shared_ptr<const std::string> status_text(Core& core) {
  const MonoTime now = core.api.clock().mono();
  if (core.live_status == nullptr || now - core.live_status_made >= std::chrono::milliseconds(500)) {
    core.live_status = std::make_shared<const std::string>(live_status(core.api));
    core.live_status_made = now;
  }
  return core.live_status;
}

asio::awaitable<bool> send(LiveSession& session, const std::string& text) {
  const auto [error, bytes] = co_await session.socket.async_write(asio::buffer(text), kAwait);
  co_return !error && session.open;
}

// One message at a time, each made when the one before has left: what a slow client misses is never made.
asio::awaitable<void> write_until_end(LiveSession& session, LiveOptions options, Core& core) {
  LiveFeed feed(core.api.state(), std::move(options.filter));
  const std::string first = feed.snapshot(core.api.clock().pair());
  if (!co_await send(session, first)) co_return;
  Steady::time_point next_status = Steady::now(), next_changes = Steady::now() + options.interval;
  while (session.open) {
    if (Steady::now() >= next_status) {
      const auto text = status_text(core);
      if (!co_await send(session, *text)) co_return;
      next_status = std::max(next_status + std::chrono::seconds(1), Steady::now());
    }
    if (Steady::now() >= next_changes) {
      const auto text = feed.changes(core.api.clock().pair());
      if (text && !co_await send(session, *text)) co_return;
      next_changes = std::max(next_changes + options.interval, Steady::now());
    }
    session.timer.expires_at(std::min(next_status, next_changes));
    co_await session.timer.async_wait(kAwait);
  }
}

}  // namespace

asio::awaitable<void> serve_live(beast::tcp_stream stream, Counted connection,
                                 http::request<http::empty_body> request, LiveOptions options, Core& core) {
  const auto session = std::make_shared<LiveSession>(std::move(stream), std::move(connection));
  set_options(*session, core.limits);
  const auto [error] = co_await session->socket.async_accept(request, kAwait);
  if (error) co_return;
  asio::co_spawn(session->socket.get_executor(), read_until_end(session), asio::detached);
  co_await write_until_end(*session, std::move(options), core);
  session->end();
}

}  // namespace cantrail::server
