// What can be said of the data before a node runs; `check` adds it up.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "model/schema.hpp"

namespace cantrail {

struct FrameRate {
  std::uint32_t can_id = 0;  // with kIdExtended
  std::uint32_t length_bytes = 0;
  double per_second = 0;
};

// What each channel of a source brings. Nothing set: what its DBCs say of their messages.
struct SourceForecast {
  std::string unknown = {};  // nobody can tell, and why: "a recording"; then nothing else counts
  std::optional<std::vector<FrameRate>> frames = {};  // these come, exactly, and no others
  // Whether frames with this identifier are recorded; empty: all are.
  std::function<bool(std::uint32_t can_id)> takes = {};
  // The least time for which such a frame keeps the bus busy; empty: not known, or there is no bus.
  std::function<double(std::uint32_t can_id, std::uint32_t length_bytes)> frame_seconds = {};
};

// Rows of one stream as a sink gets them, with the fields that it gets.
struct StreamRate {
  std::shared_ptr<const RowSchema> row;
  double rows_per_s = 0;
};

struct SinkForecast {
  double bytes_per_day = 0;       // what its store grows by while it takes nothing away
  std::optional<Duration> holds;  // from a row's coming to its going; nullopt: it stays
  std::string limit;              // which limit that is: "1GiB"
};

}  // namespace cantrail
