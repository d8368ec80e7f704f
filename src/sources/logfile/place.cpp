#include "sources/logfile/place.hpp"

#include <charconv>
#include <string_view>

namespace cantrail::logfile {
namespace {

constexpr std::string_view kVersion = "1 ";

template <class Number>
bool take(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size() || *end != ' ') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

}  // namespace

SourcePosition to_position(const Place& place, const std::string& path) {
  SourcePosition position(kVersion);
  for (const std::string& number : {std::to_string(place.offset), std::to_string(place.lines),
                                    std::to_string(place.shift.count()), std::to_string(place.last.ns)}) {
    position += number;
    position += ' ';
  }
  return position + path;
}

std::optional<Place> parse_position(const SourcePosition& position, const std::string& path) {
  std::string_view text = position;
  if (!text.starts_with(kVersion)) return std::nullopt;
  text.remove_prefix(kVersion.size());
  Place place;
  std::int64_t shift_ns = 0;
  if (!take(text, place.offset) || !take(text, place.lines) || !take(text, shift_ns) ||
      !take(text, place.last.ns) || text != path) {
    return std::nullopt;
  }
  place.shift = Duration(shift_ns);
  return place;
}

}  // namespace cantrail::logfile
