// HTTP and WebSocket over the API: sockets, time limits, and one thread for all of them. Two more threads
// wait for the history, so that a slow query holds up nobody else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "component/context.hpp"
#include "server/listen_address.hpp"
#include "server/live_state.hpp"
#include "server/node_view.hpp"
#include "server/server_limits.hpp"
#include "server/server_options.hpp"

namespace cantrail::server {

// start() and stop() from one thread; the rest from any.
class HttpServer {
 public:
  // Listens when it returns. `clock` and `log` must outlive the server. Faults: config (the address is
  // malformed or taken), exhausted (no descriptors or memory left), unavailable (no thread). Whether to serve
  // at all (options.enabled) is the caller's to look at.
  static Result<std::unique_ptr<HttpServer>> start(const ServerOptions& options,
                                                   std::shared_ptr<NodeView> node,
                                                   std::shared_ptr<LiveState> state, Clock& clock, Log& log,
                                                   std::string version, ServerLimits limits = {});
  // The fault with which start() would end now because of its address; listens for a moment.
  static Status would_start(const ServerOptions& options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // "http://127.0.0.1:8080"
  [[nodiscard]] const std::string& url() const { return url_; }
  // Closes everything. Waits for history queries under way (up to 2 s). Called by the destructor.
  void stop();

 private:
  struct Inside;
  static Result<std::unique_ptr<HttpServer>> start_at(const ListenAddress& address,
                                                      std::unique_ptr<Inside> inside,
                                                      const std::string& listen);
  HttpServer(std::unique_ptr<Inside> inside, std::uint16_t port, std::string url);

  std::unique_ptr<Inside> inside_;  // nullptr: stopped
  std::uint16_t port_;
  std::string url_;
};

}  // namespace cantrail::server
