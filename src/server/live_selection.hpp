// What a feed of /api/live sends: rows by globs over [channel:]Message[.signal], cut to the signals asked
// for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/row_json.hpp"

namespace cantrail::server {

struct LivePattern {
  std::string row;     // glob over "Message" or "channel:Message"
  std::string signal;  // glob; empty: all signals
};

// The signal begins behind the last '.' that follows the last ':', because channels may have dots in them.
[[nodiscard]] LivePattern parse_live_pattern(std::string_view text);

class LiveSelection {
 public:
  LiveSelection() = default;  // everything
  LiveSelection(RowFilter filter) : filter_(std::move(filter)) {}
  explicit LiveSelection(std::vector<LivePattern> patterns) : patterns_(std::move(patterns)) {}

  // Whether rows of this channel and message can be sent at all; asks for no values.
  [[nodiscard]] bool concerns(const LatestRow& row) const;
  // The row as it is to be sent; `units` are cut as well. nullopt: nothing of it is.
  [[nodiscard]] std::optional<LatestRow> select(const LatestRow& row) const;

 private:
  RowFilter filter_;
  std::vector<LivePattern> patterns_;  // empty: all that the filter takes
};

// The members of a JSON object whose names match one of the globs; `object` is valid, without white space.
[[nodiscard]] std::string cut_json(std::string_view object, const std::vector<std::string_view>& globs);

}  // namespace cantrail::server
