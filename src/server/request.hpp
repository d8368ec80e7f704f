// HTTP as the API sees it: small values without sockets, so that every answer can be tested as a function.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.hpp"

namespace cantrail::server {

struct Parameter {
  std::string name, value;  // decoded
};

struct Request {
  std::string method;  // as sent: "GET"
  std::string path;    // decoded, begins with '/'
  std::vector<std::string>
      segments;  // of the path, cut at its slashes and then decoded: one may hold a slash
  std::vector<Parameter> query;
  std::string host;         // the header; empty: none
  std::string origin;       // the header; empty: none
  bool takes_gzip = false;  // by its Accept-Encoding header
};

struct Header {
  std::string name, value;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<Header> headers;  // beyond Content-Type and Content-Length
};

// Takes apart "/path?a=1&b=2". Percent signs are decoded; '+' stays '+', so that a time zone's offset need
// not be escaped. Fault `config`: no path, a broken escape, or a NUL.
Result<Request> parse_target(std::string_view method, std::string_view target);

// Whether a Host header ("localhost:8080") names this machine as seen from itself: localhost, 127.0.0.1 or
// [::1], with any port or none. A server that listens on loopback answers to no other name, so that a web
// page from elsewhere cannot reach it by pointing its own name at 127.0.0.1.
[[nodiscard]] bool names_loopback(std::string_view host);

// Whether a page of this Origin was loaded from this Host. Browsers let any page open a WebSocket to any
// server, so the server has to look. No Origin: no browser.
[[nodiscard]] bool same_origin(std::string_view origin, std::string_view host);

// Whether an Accept-Encoding header ("gzip, br;q=0.5") lets the answer be a gzip stream.
[[nodiscard]] bool takes_gzip(std::string_view accept_encoding);

}  // namespace cantrail::server
