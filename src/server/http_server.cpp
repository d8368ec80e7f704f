#include "server/http_server.hpp"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/connection.hpp"
#include "server/listen_address.hpp"

namespace cantrail::server {
namespace {

using asio::ip::tcp;

constexpr std::size_t kMostRefusals = 64;

Fault cannot_listen(const std::string& listen, const boost::system::error_code& error) {
  Fault system = errno_fault("cannot listen on " + listen, error.value());
  if (system.kind == FaultKind::exhausted) return system;
  return {FaultKind::config, "cannot listen on " + listen + ": " + error.message() +
                                 "; choose another with [server] listen = …, or stop the other program"};
}

Result<tcp::acceptor> listen_on(asio::io_context& io, const ListenAddress& address,
                                const std::string& listen) {
  boost::system::error_code error;
  const auto host = asio::ip::make_address(address.host, error);
  if (error) return cannot_listen(listen, error);
  const tcp::endpoint endpoint(host, address.port);
  tcp::acceptor acceptor(io);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return cannot_listen(listen, error);
  return acceptor;
}

// A session that throws (memory, a bug in a library) ends alone.
auto report(Core& core) {
  return [&core](const std::exception_ptr& exception) {
    if (!exception) return;
    try {
      std::rethrow_exception(exception);
    } catch (const std::exception& error) {
      core.log.write(Severity::warning, "server", std::string("a connection ended: ") + error.what());
    } catch (...) {
      core.log.write(Severity::warning, "server", "a connection ended for an unknown reason");
    }
  };
}

// An address as limits count it: of IPv6 the network, because a client has all of one to itself.
std::string address_of(const tcp::socket& socket) {
  boost::system::error_code error;
  const asio::ip::address address = socket.remote_endpoint(error).address();
  if (error) return "";
  if (address.is_v4()) return address.to_string();
  const asio::ip::address_v6 six = address.to_v6();
  if (six.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, six).to_string();
  const auto bytes = six.to_bytes();
  return std::string(bytes.begin(), bytes.begin() + 8);
}

bool has_too_many(const Core& core, const std::string& address) {
  const auto at = core.connections_of.find(address);
  return core.limits.connections_per_address != 0 && at != core.connections_of.end() &&
         at->second >= core.limits.connections_per_address;
}

void welcome(beast::tcp_stream stream, std::string address, Core& core) {
  const auto executor = stream.get_executor();
  const bool full = core.connections >= core.limits.connections;
  const bool greedy = has_too_many(core, address);
  if (!full && !greedy) {
    Connection connection{Counted(core.connections, 1),
                          CountedAddress(core.connections_of, std::move(address))};
    asio::co_spawn(executor, serve_http(std::move(stream), std::move(connection), core), report(core));
  } else if (core.refusals < kMostRefusals) {
    asio::co_spawn(executor,
                   refuse_connection(std::move(stream), Counted(core.refusals, 1),
                                     full ? Refusal::full : Refusal::greedy, core),
                   report(core));
  }
}

asio::awaitable<void> accept_all(tcp::acceptor acceptor, Core& core) {
  asio::steady_timer pause(acceptor.get_executor());
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(kAwait);
    if (error) {  // no descriptors left, or the client is gone already
      pause.expires_after(std::chrono::milliseconds(100));
      co_await pause.async_wait(kAwait);
      continue;
    }
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    std::string address = address_of(socket);
    welcome(beast::tcp_stream(std::move(socket)), std::move(address), core);
  }
}

std::string url_of(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return "http://" + (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
         std::to_string(endpoint.port());
}

}  // namespace

// Destroyed from the bottom up: coroutines that wait for the pool end with it, the others with the io
// context, and all of them may use the core until then.
struct HttpServer::Inside {
  Inside(std::shared_ptr<NodeView> node, std::shared_ptr<LiveState> state, Clock& clock, Log& log,
         std::string version, Access access, std::string layout, const ServerLimits& limits)
      : core{{std::move(node), std::move(state), clock, std::move(version), std::move(access),
              std::move(layout)},
             limits,
             log} {
    core.pool = &pool;
  }
  ~Inside() {
    io.stop();
    if (thread.joinable()) thread.join();
    pool.stop();
    pool.join();
  }

  Core core;
  asio::io_context io{1};
  asio::thread_pool pool{2};
  std::thread thread;
};

HttpServer::HttpServer(std::unique_ptr<Inside> inside, std::uint16_t port, std::string url)
    : inside_(std::move(inside)), port_(port), url_(std::move(url)) {}

HttpServer::~HttpServer() = default;

void HttpServer::stop() {
  inside_.reset();
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ServerOptions& options,
                                                      std::shared_ptr<NodeView> node,
                                                      std::shared_ptr<LiveState> state, Clock& clock,
                                                      Log& log, std::string version, ServerLimits limits) {
  const auto address = parse_listen_address(options.listen);
  if (!address) return address.fault();
  // The library throws where the kernel gives it no descriptor or no thread.
  Access access{address->loopback, options.hosts, options.cors, options.base_path};
  try {
    return start_at(
        *address,
        std::make_unique<Inside>(std::move(node), std::move(state), clock, log, std::move(version),
                                 std::move(access), layout_json(options.tiles), limits),
        options.listen);
  } catch (const boost::system::system_error& error) {
    return errno_fault("cannot start the server", error.code().value());
  } catch (const std::system_error& error) {
    return errno_fault("cannot start the server", error.code().value());
  }
}

Status HttpServer::would_start(const ServerOptions& options) {
  const auto address = parse_listen_address(options.listen);
  if (!address) return address.status();
  try {
    asio::io_context io;
    return listen_on(io, *address, options.listen).status();
  } catch (const boost::system::system_error& error) {
    return errno_fault("cannot start the server", error.code().value());
  }
}

Result<std::unique_ptr<HttpServer>> HttpServer::start_at(const ListenAddress& address,
                                                         std::unique_ptr<Inside> inside,
                                                         const std::string& listen) {
  auto acceptor = listen_on(inside->io, address, listen);
  if (!acceptor) return acceptor.fault();
  const tcp::endpoint endpoint = acceptor->local_endpoint();
  if (!address.loopback) {
    inside->core.log.write(Severity::warning, "server",
                           "listening on " + listen +
                               ": everyone on the network can read all values; use listen = "
                               "\"127.0.0.1:" +
                               std::to_string(endpoint.port()) + "\" to keep them on this machine");
  }
  asio::co_spawn(inside->io, accept_all(std::move(*acceptor), inside->core), report(inside->core));
  inside->thread = std::thread([&io = inside->io] { io.run(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(inside), endpoint.port(), url_of(endpoint)));
}

}  // namespace cantrail::server
