// What a configuration lets through to one sink: the keys that every lane has.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cantrail {

struct LaneKeys {
  std::vector<std::string> only, except;  // globs over "[channel:]Stream[.field]"
  std::optional<double> max_rate_per_s;   // rows of each stream, at most
  bool on_change = false;                 // only rows that differ from the last one
};

}  // namespace cantrail
