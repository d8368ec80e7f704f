#include "server/exact_integers.hpp"

#include <algorithm>

namespace cantrail::server {
namespace {

constexpr std::string_view kExact = "9007199254740992";  // 2^53

bool in_number(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

bool is_big_integer(std::string_view number) {
  if (number.starts_with('-')) number.remove_prefix(1);
  if (!std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; })) return false;
  return number.size() > kExact.size() || (number.size() == kExact.size() && number > kExact);
}

std::size_t string_end(std::string_view json, std::size_t at) {
  for (++at; at < json.size(); ++at) {
    if (json[at] == '\\') {
      ++at;
    } else if (json[at] == '"') {
      return at + 1;
    }
  }
  return json.size();
}

}  // namespace

void append_exact_json(std::string& out, std::string_view json) {
  std::size_t at = 0;
  while (at < json.size()) {
    std::size_t end = at + 1;
    bool quote = false;
    if (json[at] == '"') {
      end = string_end(json, at);
    } else if (json[at] == '-' || (json[at] >= '0' && json[at] <= '9')) {
      while (end < json.size() && in_number(json[end])) ++end;
      quote = is_big_integer(json.substr(at, end - at));
    }
    if (quote) out += '"';
    out += json.substr(at, end - at);
    if (quote) out += '"';
    at = end;
  }
}

}  // namespace cantrail::server
