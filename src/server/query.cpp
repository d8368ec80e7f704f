#include "server/query.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "server/problem.hpp"

namespace cantrail::server {

QueryReader::QueryReader(const Request& request) : request_(request) {}

const std::string* QueryReader::find(std::string_view name) {
  known_.emplace_back(name);
  const auto at = std::find_if(request_.query.begin(), request_.query.end(),
                               [&](const Parameter& parameter) { return parameter.name == name; });
  return at == request_.query.end() ? nullptr : &at->value;
}

bool QueryReader::has(std::string_view name) const {
  return std::any_of(request_.query.begin(), request_.query.end(),
                     [&](const Parameter& parameter) { return parameter.name == name; });
}

std::string QueryReader::text(std::string_view name) {
  const std::string* value = find(name);
  if (value == nullptr) return {};
  if (!is_valid_utf8(*value)) refuse(name, std::string(name) + " is no UTF-8");
  return *value;
}

std::optional<WallTime> QueryReader::time(std::string_view name) {
  const std::string* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto time = parse_time(*value);
  if (!time) {
    refuse(name, std::string(name) + " is no time: \"" + printable(*value) +
                     "\"; write 2026-11-21T07:49:00Z or seconds since 1970");
  }
  return time;
}

std::uint64_t QueryReader::count(std::string_view name, std::uint64_t standard, std::uint64_t least,
                                 std::uint64_t most) {
  const std::string* value = find(name);
  if (value == nullptr) return standard;
  std::uint64_t number = 0;
  const char* end = value->data() + value->size();
  const auto [rest, error] = std::from_chars(value->data(), end, number);
  if (error != std::errc{} || rest != end || number < least || number > most) {
    refuse(name, std::string(name) + " must be a number from " + std::to_string(least) + " to " +
                     std::to_string(most) + ", not \"" + printable(*value) + "\"");
    return standard;
  }
  return number;
}

std::optional<Duration> QueryReader::duration(std::string_view name, Duration least, Duration most) {
  const std::string* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto duration = parse_duration(*value);
  if (!duration || *duration < least || *duration > most) {
    refuse(name, std::string(name) + " must be a duration from " + format_duration(least) + " to " +
                     format_duration(most) + ", not \"" + printable(*value) + "\"");
    return std::nullopt;
  }
  return duration;
}

void QueryReader::refuse(std::string_view name, std::string_view detail) {
  if (!problem_) problem_ = bad_parameter(name, detail);
}

std::optional<Response> QueryReader::problem() {
  std::vector<std::string_view> seen;
  for (const Parameter& parameter : request_.query) {
    if (std::find(known_.begin(), known_.end(), parameter.name) == known_.end()) {
      std::string detail = "unknown parameter \"" + printable(parameter.name) + "\"";
      if (const auto near = nearest(parameter.name, known_)) detail += "; did you mean " + *near + "?";
      refuse(parameter.name, detail);
    }
    if (std::find(seen.begin(), seen.end(), parameter.name) != seen.end()) {
      refuse(parameter.name, printable(parameter.name) + " is given twice");
    }
    seen.push_back(parameter.name);
  }
  return problem_;
}

}  // namespace cantrail::server
