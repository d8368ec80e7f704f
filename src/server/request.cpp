#include "server/request.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace cantrail::server {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

bool is_port(std::string_view text) {
  return text.empty() ||
         (text.size() <= 6 && text.front() == ':' &&
          std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

}  // namespace

Result<Request> parse_target(std::string_view method, std::string_view target) {
  const std::size_t mark = std::min(target.find('?'), target.size());
  const auto path = decode(target.substr(0, mark));
  if (!path || path->empty() || path->front() != '/') {
    return Fault{FaultKind::config, "the request target is no path: \"" + printable(target) + "\""};
  }
  Request request;
  request.method = method;
  request.path = *path;
  for (const std::string_view segment : split(target.substr(1, mark - 1), '/')) {
    request.segments.push_back(*decode(segment));  // a part of what could be decoded
  }
  if (mark == target.size()) return request;
  for (const std::string_view pair : split(target.substr(mark + 1), '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = decode(pair.substr(0, equals));
    const auto value = decode(equals == pair.size() ? "" : pair.substr(equals + 1));
    if (!name || !value) {
      return Fault{FaultKind::config, "broken escape in the query: \"" + printable(pair) + "\""};
    }
    request.query.push_back({*name, *value});
  }
  return request;
}

bool names_loopback(std::string_view host) {
  const std::string name = lower(host);
  for (const std::string_view local : {"localhost", "127.0.0.1", "[::1]"}) {
    if (name.starts_with(local) && is_port(std::string_view(name).substr(local.size()))) return true;
  }
  return false;
}

bool same_origin(std::string_view origin, std::string_view host) {
  if (origin.empty()) return true;
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && lower(origin.substr(scheme + 3)) == lower(host);
}

bool takes_gzip(std::string_view accept_encoding) {
  const std::string accepted = lower(accept_encoding);
  for (const std::string_view entry : split(accepted, ',')) {
    const auto parts = split(entry, ';');
    const std::string_view name = trim(parts.front());
    if (name != "gzip" && name != "*") continue;
    const std::string_view weight = parts.size() > 1 ? trim(parts[1]) : "";
    return !(weight.starts_with("q=0") && weight.find_first_not_of("0.", 2) == std::string_view::npos);
  }
  return false;
}

}  // namespace cantrail::server
