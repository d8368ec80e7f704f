#include "cli/http_get.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace cantrail::cli {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = boost::asio::ip::tcp;

struct Address {
  std::string host, port;
};

std::optional<Address> parse(std::string url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.erase(0, kScheme.size());
  while (url.ends_with('/')) url.pop_back();
  const std::size_t colon = url.rfind(':');
  const bool has_port = colon != std::string::npos && url.find(']', colon) == std::string::npos;
  Address address{url.substr(0, has_port ? colon : url.size()), has_port ? url.substr(colon + 1) : "80"};
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  if (address.host.empty() || address.port.empty() || url.find('/') != std::string::npos) return std::nullopt;
  return address;
}

Result<HttpAnswer> ask(http::verb verb, const std::string& url, const std::string& path, Duration patience) {
  const auto address = parse(url);
  if (!address)
    return Fault{FaultKind::config, "'" + url + "' is no address of a node; write http://host:port"};
  boost::asio::io_context context;
  beast::tcp_stream stream(context);
  http::request<http::empty_body> request(verb, path, 11);
  request.set(http::field::host, url.substr(7));
  request.prepare_payload();
  http::response<http::string_body> response;
  beast::flat_buffer buffer;
  beast::error_code error;
  tcp::resolver resolver(context);
  const auto targets = resolver.resolve(address->host, address->port, error);
  if (error) return Fault{FaultKind::unavailable, "cannot find " + address->host + ": " + error.message()};

  // Asynchronous, because only so do Beast's time limits hold.
  stream.expires_after(patience);
  stream.async_connect(targets, [&](beast::error_code connected, const tcp::endpoint&) {
    error = connected;
    if (error) return;
    http::async_write(stream, request, [&](beast::error_code written, std::size_t) {
      error = written;
      if (error) return;
      http::async_read(stream, buffer, response, [&](beast::error_code got, std::size_t) { error = got; });
    });
  });
  context.run();
  if (error) return Fault{FaultKind::unavailable, "no node answers at " + url + ": " + error.message()};
  return HttpAnswer{response.result_int(), std::move(response.body())};
}

}  // namespace

Result<HttpAnswer> http_get(const std::string& url, const std::string& path, Duration patience) {
  return ask(http::verb::get, url, path, patience);
}

Result<HttpAnswer> http_post(const std::string& url, const std::string& path, Duration patience) {
  return ask(http::verb::post, url, path, patience);
}

}  // namespace cantrail::cli
