#include "server/live_command.hpp"

#include <optional>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/text.hpp"
#include "server/api.hpp"

namespace cantrail::server {
namespace {

namespace js = boost::json;

constexpr std::string_view kHowTo =
    "write {\"subscribe\":[\"Battery.*\"],\"interval\":\"200ms\",\"id\":1}, {\"unsubscribe\":1} or "
    "{\"ping\":1}";
constexpr std::size_t kDeepest = 8;

std::optional<std::string> read_id(const js::value& value) {
  if (!value.is_int64() && !value.is_uint64() && !value.is_string()) return std::nullopt;
  std::string id = js::serialize(value);
  return id.size() <= kLongestLiveId ? std::optional(std::move(id)) : std::nullopt;
}

LiveMistake no_id(std::string_view member) {
  return {"null", "\"" + std::string(member) + "\" must be a whole number or a string of at most 60 bytes"};
}

// nullopt: not a string, empty, or too long.
std::optional<std::string> read_pattern(const js::value& value) {
  if (!value.is_string() || value.get_string().empty() || value.get_string().size() > kLongestPattern) {
    return std::nullopt;
  }
  return std::string(value.get_string());
}

std::optional<std::vector<std::string>> read_patterns(const js::value& value) {
  std::vector<std::string> patterns;
  if (!value.is_array()) {
    auto one = read_pattern(value);
    if (!one) return std::nullopt;
    return std::vector{std::move(*one)};
  }
  if (value.get_array().empty() || value.get_array().size() > kMostPatterns) return std::nullopt;
  for (const js::value& element : value.get_array()) {
    auto one = read_pattern(element);
    if (!one) return std::nullopt;
    patterns.push_back(std::move(*one));
  }
  return patterns;
}

LiveCommand subscribe(const js::object& object, Duration interval) {
  LiveSubscribe command;
  command.interval = interval;
  if (const js::value* id = object.if_contains("id")) {
    auto text = read_id(*id);
    if (!text) return no_id("id");
    command.id = std::move(*text);
  }
  for (const auto& member : object) {
    const std::string_view key(member.key().data(), member.key().size());
    if (key != "subscribe" && key != "interval" && key != "id") {
      return LiveMistake{command.id,
                         "\"" + printable(key) + "\" is no part of a subscription; " + std::string(kHowTo)};
    }
  }
  auto patterns = read_patterns(object.at("subscribe"));
  if (!patterns) {
    return LiveMistake{command.id, "\"subscribe\" must be 1 to " + std::to_string(kMostPatterns) +
                                       " patterns of 1 to " + std::to_string(kLongestPattern) +
                                       " bytes, like [\"Battery.*\",\"can0:Motor\"]"};
  }
  command.patterns = std::move(*patterns);
  const js::value* wanted = object.if_contains("interval");
  if (wanted == nullptr) return command;
  const auto length =
      wanted->is_string()
          ? parse_duration(std::string_view(wanted->get_string().data(), wanted->get_string().size()))
          : std::nullopt;
  if (!length || *length < kLeastInterval || *length > kMostInterval) {
    return LiveMistake{command.id, "\"interval\" must be a time from " + format_duration(kLeastInterval) +
                                       " to " + format_duration(kMostInterval) + ", like \"200ms\""};
  }
  command.interval = *length;
  return command;
}

}  // namespace

LiveCommand read_live_command(std::string_view text, Duration interval) {
  js::parse_options options;
  options.max_depth = kDeepest;
  js::error_code error;
  const js::value value = js::parse(js::string_view(text.data(), text.size()), error, {}, options);
  if (error || !value.is_object()) {
    return LiveMistake{"null", (error ? "this is no JSON: " + error.message() : "this is no JSON object") +
                                   "; " + std::string(kHowTo)};
  }
  const js::object& object = value.get_object();
  if (object.contains("subscribe")) return subscribe(object, interval);
  if (const js::value* id = object.if_contains("unsubscribe")) {
    if (id->is_null()) return LiveUnsubscribe{"null"};
    auto name = read_id(*id);
    if (!name) return no_id("unsubscribe");
    return LiveUnsubscribe{std::move(*name)};
  }
  if (const js::value* ping = object.if_contains("ping")) {
    std::string echo = js::serialize(*ping);
    if (echo.size() > kLongestPing) {
      return LiveMistake{"null", "\"ping\" is longer than " + std::to_string(kLongestPing) + " bytes"};
    }
    (void)js::parse(echo,
                    error);  // beyond the numbers of a double there is only infinity, which JSON has not
    if (error) return LiveMistake{"null", "\"ping\" has a number that is too large"};
    return LivePing{std::move(echo)};
  }
  return LiveMistake{"null", "nothing is asked for; " + std::string(kHowTo)};
}

}  // namespace cantrail::server
