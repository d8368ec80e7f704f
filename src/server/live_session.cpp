#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket.hpp>

#include "server/connection.hpp"
#include "server/live_client.hpp"

namespace cantrail::server {
namespace {

namespace websocket = boost::beast::websocket;

constexpr std::size_t kMostClientBytes = 16U << 10;  // of one message: a longer one ends the connection
// The kernel would take megabytes for a client that does not read, and those would be old when it does.
constexpr int kSendBufferBytes = 64 << 10;

// One WebSocket client. Two coroutines share it: one writes, one reads, so that pings, closing and the end of
// the connection are noticed. A client that stops reading blocks its own writer alone; the ping that gets no
// answer then ends the connection.
struct LiveSession {
  LiveSession(beast::tcp_stream&& stream, Connection&& counted, LiveClient&& who)
      : socket(std::move(stream)),
        timer(socket.get_executor()),
        connection(std::move(counted)),
        client(std::move(who)) {}

  void end() {
    open = false;
    timer.cancel();
    boost::system::error_code ignored;
    beast::get_lowest_layer(socket).socket().close(ignored);
  }

  websocket::stream<beast::tcp_stream> socket;
  asio::steady_timer timer;
  Connection connection;
  LiveClient client;
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

// Hears what the client says and wakes the writer for it. While answers pile up nothing is read.
asio::awaitable<void> read_until_end(std::shared_ptr<LiveSession> session, Core& core) {
  beast::flat_buffer buffer(2 * kMostClientBytes);
  asio::steady_timer pause(session->socket.get_executor());
  for (;;) {
    const auto [error, bytes] = co_await session->socket.async_read(buffer, kAwait);
    if (error) break;
    if (session->socket.got_text()) {
      const auto data = buffer.cdata();
      session->client.hear({static_cast<const char*>(data.data()), data.size()}, core.api.clock().mono());
    } else {
      session->client.refuse("binary messages mean nothing here; send JSON as text");
    }
    buffer.clear();
    session->timer.cancel();
    while (session->open && session->client.is_full()) {
      pause.expires_after(std::chrono::milliseconds(20));
      co_await pause.async_wait(kAwait);
    }
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
// Answers go first, then the status, then rows; the snapshot of the URL's feed before all of them.
asio::awaitable<void> write_until_end(LiveSession& session, Core& core) {
  Clock& clock = core.api.clock();
  if (const auto first = session.client.next_rows(clock.pair())) {
    if (!co_await send(session, *first)) co_return;
  }
  MonoTime next_status = clock.mono();
  while (session.open) {
    if (const auto answer = session.client.next_answer()) {
      if (!co_await send(session, *answer)) co_return;
      continue;
    }
    const ClockPair now = clock.pair();
    if (now.mono >= next_status) {
      const auto text = status_text(core);
      if (!co_await send(session, *text)) co_return;
      next_status = std::max(next_status + std::chrono::seconds(1), clock.mono());
      continue;
    }
    if (now.mono >= session.client.due()) {
      const auto text = session.client.next_rows(now);
      if (text && !co_await send(session, *text)) co_return;
      continue;
    }
    session.timer.expires_after(std::min(next_status, session.client.due()) - now.mono);
    co_await session.timer.async_wait(kAwait);
  }
}

}  // namespace

asio::awaitable<void> serve_live(beast::tcp_stream stream, Connection connection,
                                 http::request<http::empty_body> request, LiveOptions options, Core& core) {
  const auto session =
      std::make_shared<LiveSession>(std::move(stream), std::move(connection),
                                    LiveClient(core.api.state(), options, core.api.clock().mono()));
  set_options(*session, core.limits);
  const auto [error] = co_await session->socket.async_accept(request, kAwait);
  if (error) co_return;
  asio::co_spawn(session->socket.get_executor(), read_until_end(session, core), asio::detached);
  co_await write_until_end(*session, core);
  session->end();
}

}  // namespace cantrail::server
