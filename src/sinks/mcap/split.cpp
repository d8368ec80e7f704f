#include "sinks/mcap/split.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail::mcap_sink {
namespace {

Fault wrong(std::string_view word, const std::string& why) {
  return {FaultKind::config, "\"" + printable(word) + "\" " + why};
}

template <class T>
Status set_once(std::optional<T>& limit, T value, T least, std::string_view word,
                const std::string& least_text) {
  if (limit) return wrong(word, "is a second limit of the same kind");
  if (value < least) return wrong(word, "is too little: at least " + least_text);
  limit = value;
  return {};
}

// Times may be anywhere in 64 bits. Precondition: from ≤ to.
std::uint64_t distance(WallTime from, WallTime to) {
  return static_cast<std::uint64_t>(to.ns) - static_cast<std::uint64_t>(from.ns);
}

}  // namespace

bool Split::ends_by_time(WallTime start, WallTime now) const {
  if (!time) return false;
  const std::int64_t period = time->count();
  const std::int64_t rest = start.ns % period;
  const auto into = static_cast<std::uint64_t>(rest < 0 ? rest + period : rest);
  const auto length = static_cast<std::uint64_t>(period);
  if (now < start) return distance(now, start) >= length;
  return distance(start, now) >= length - into;
}

bool Split::ends_by_trip(WallTime last, WallTime now) const {
  return trip && last < now && distance(last, now) >= static_cast<std::uint64_t>(trip_gap.count());
}

Result<Split> parse_split(std::span<const std::string> words) {
  Split split;
  if (words.empty())
    return Fault{FaultKind::config, R"(names no limit; "never" makes one recording of a run)"};
  for (const std::string& text : words) {
    const std::string_view word = trim(text);
    Status set;
    if (word == "never") {
      if (words.size() != 1) return wrong(word, "stands beside a limit");
      return Split{};
    }
    if (word == "trip") {
      if (split.trip) return wrong(word, "stands there twice");
      split.trip = true;
    } else if (const auto time = parse_duration(word)) {
      set = set_once(split.time, *time, kLeastSplit, word, format_duration(kLeastSplit));
    } else if (const auto bytes = parse_bytes(word); bytes && word.ends_with('B')) {
      set = set_once(split.bytes, *bytes, kLeastSplitBytes, word, format_bytes(kLeastSplitBytes));
    } else {
      return wrong(word, R"(is none of a time ("1h"), a size ("512MiB"), "trip", "never")");
    }
    if (!set) return set.fault();
  }
  return split;
}

}  // namespace cantrail::mcap_sink
