// Inside the server: what its coroutines share. Everything here belongs to the server's one io thread, but
// the pool. Includes Asio and Beast: only for http_server.cpp, http_session.cpp and live_session.cpp.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>

#include "server/api.hpp"
#include "server/http_server.hpp"
#include "server/request_rate.hpp"

namespace cantrail::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

// Operations give back their error instead of throwing it.
inline constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

struct Core {
  Api api;
  ServerLimits limits;
  Log& log;
  asio::thread_pool* pool = nullptr;
  RequestRate rate{limits.requests_per_second};
  std::size_t connections = 0;
  std::map<std::string, std::size_t> connections_of{};  // by address, none is 0
  std::size_t refusals = 0;                             // connections over the limit that are being told so
  std::size_t response_bytes = 0;                       // held in answers that are on their way
  std::size_t history_requests = 0;                     // under way or waiting for a thread of the pool
  // The status message of /api/live, made at most twice a second for all clients.
  std::shared_ptr<const std::string> live_status{};
  MonoTime live_status_made{};
};

// Counts something up while it lives.
class Counted {
 public:
  Counted(std::size_t& counter, std::size_t amount) : counter_(&counter), amount_(amount) {
    counter += amount;
  }
  Counted(Counted&& other) noexcept
      : counter_(std::exchange(other.counter_, nullptr)), amount_(other.amount_) {}
  Counted& operator=(Counted&&) = delete;
  ~Counted() {
    if (counter_ != nullptr) *counter_ -= amount_;
  }

 private:
  std::size_t* counter_;
  std::size_t amount_;
};

// Counts one connection of an address while it lives.
class CountedAddress {
 public:
  CountedAddress(std::map<std::string, std::size_t>& counts, std::string address)
      : counts_(&counts), address_(std::move(address)) {
    ++counts[address_];
  }
  CountedAddress(CountedAddress&& other) noexcept
      : counts_(std::exchange(other.counts_, nullptr)), address_(std::move(other.address_)) {}
  CountedAddress& operator=(CountedAddress&&) = delete;
  ~CountedAddress() {
    if (counts_ == nullptr) return;
    const auto at = counts_->find(address_);
    if (at != counts_->end() && --at->second == 0) counts_->erase(at);
  }
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  std::map<std::string, std::size_t>* counts_;
  std::string address_;
};

// One connection's part in the counts, with whom it is.
struct Connection {
  Counted all;
  CountedAddress client;
};

// Requests one after another until the client leaves, errs or idles.
asio::awaitable<void> serve_http(beast::tcp_stream stream, Connection connection, Core& core);

enum class Refusal : std::uint8_t { full, greedy };  // all connections are taken, or those of an address

// One 503 or 429, then close.
asio::awaitable<void> refuse_connection(beast::tcp_stream stream, Counted refusal, Refusal why, Core& core);

// Takes over the connection of a request that asked for an upgrade and was found good.
asio::awaitable<void> serve_live(beast::tcp_stream stream, Connection connection,
                                 http::request<http::empty_body> request, LiveOptions options, Core& core);

}  // namespace cantrail::server
