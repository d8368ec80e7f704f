#include "server/live_selection.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>

#include "base/text.hpp"

namespace cantrail::server {
namespace {

// Behind the string or the nested value that begins at `at`.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (++at; at < json.size(); ++at) {
    if (json[at] == '\\') {
      ++at;
    } else if (json[at] == '"') {
      return at + 1;
    }
  }
  return json.size();
}

std::size_t end_of_value(std::string_view json, std::size_t at) {
  int depth = 0;
  while (at < json.size()) {
    const char c = json[at];
    if (depth == 0 && (c == ',' || c == '}')) break;
    if (c == '"') {
      at = end_of_string(json, at);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
  }
  return at;
}

// What a JSON string says; nearly all are as they stand.
std::string text_of(std::string_view quoted) {
  if (quoted.find('\\') == std::string_view::npos) return std::string(quoted.substr(1, quoted.size() - 2));
  boost::json::error_code error;
  const boost::json::value value =
      boost::json::parse(boost::json::string_view(quoted.data(), quoted.size()), error);
  return error || !value.is_string() ? std::string() : std::string(value.get_string());
}

bool fits(const LivePattern& pattern, const LatestRow& row) {
  return RowFilter{pattern.row, ""}.takes(row);
}

}  // namespace

LivePattern parse_live_pattern(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::size_t dot = text.rfind('.');
  const bool has_signal = dot != std::string_view::npos && (colon == std::string_view::npos || colon < dot);
  if (!has_signal) return {std::string(text), ""};
  LivePattern pattern{std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
  if (pattern.signal == "*") pattern.signal.clear();
  return pattern;
}

std::string cut_json(std::string_view object, const std::vector<std::string_view>& globs) {
  std::string out = "{";
  std::size_t at = 1;
  while (at < object.size() && object[at] == '"') {
    const std::size_t colon = end_of_string(object, at);
    const std::size_t end = end_of_value(object, colon + 1);
    const std::string name = text_of(object.substr(at, colon - at));
    if (std::any_of(globs.begin(), globs.end(),
                    [&](std::string_view glob) { return glob_match(glob, name); })) {
      if (out.size() > 1) out += ',';
      out += object.substr(at, end - at);
    }
    at = end + 1;
  }
  return out + '}';
}

bool LiveSelection::concerns(const LatestRow& row) const {
  return filter_.takes(row) &&
         (patterns_.empty() || std::any_of(patterns_.begin(), patterns_.end(),
                                           [&](const LivePattern& pattern) { return fits(pattern, row); }));
}

std::optional<LatestRow> LiveSelection::select(const LatestRow& row) const {
  if (!filter_.takes(row)) return std::nullopt;
  if (patterns_.empty()) return row;
  std::vector<std::string_view> signals;
  for (const LivePattern& pattern : patterns_) {
    if (!fits(pattern, row)) continue;
    if (pattern.signal.empty()) return row;
    signals.push_back(pattern.signal);
  }
  if (signals.empty()) return std::nullopt;
  LatestRow cut = row;
  cut.signals = cut_json(row.signals, signals);
  if (!row.quality.empty()) cut.quality = cut_json(row.quality, signals);
  if (cut.quality == "{}") cut.quality.clear();
  std::erase_if(cut.earlier, [&](const EarlierSignal& signal) {
    return std::none_of(signals.begin(), signals.end(),
                        [&](std::string_view glob) { return glob_match(glob, signal.name); });
  });
  if (cut.signals == "{}" && cut.quality.empty() && cut.earlier.empty()) return std::nullopt;
  cut.labels = cut_json(row.labels, signals);
  if (row.units) cut.units = std::make_shared<const std::string>(cut_json(*row.units, signals));
  return cut;
}

}  // namespace cantrail::server
