// What a configuration's sources will bring, as far as it is known before they run.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "component/forecast.hpp"
#include "model/catalog.hpp"
#include "pipeline/config/node_config.hpp"

namespace cantrail {

struct StreamTraffic {
  std::optional<double> rows_per_s;  // nullopt: not known
  double frame_seconds = 0;          // then: the least time of its frame on the bus; 0: no bus limits it
};

// One channel of a source, or a source that learns its channels.
struct ChannelTraffic {
  std::string name, source;
  std::vector<FrameRate> frames;     // that are known to come
  std::vector<StreamRate> own_rows;  // of the source's own streams
  std::string unknown;               // nothing is known, and why; empty otherwise
  bool exact = false;                // nothing else comes than `frames`
  bool has_dbc = false;              // its source names one
  std::size_t messages = 0;          // that its DBCs describe
  std::size_t coming = 0;            // of these, where all is exact: of which frames come
  std::size_t untimed = 0;           // of these: without a cycle time
  double free = 0;                   // seconds of each second that `frames` leave of the bus; 0: no bus known
  std::function<double(std::uint32_t can_id, std::uint32_t length_bytes)>
      frame_seconds;  // as in SourceForecast
};

struct Traffic {
  CatalogPtr catalog;
  std::vector<StreamTraffic> streams;    // by StreamId
  std::vector<ChannelTraffic> channels;  // by ChannelId
};

// Cycle times of the DBCs, copies included; what sources say of themselves. A message whose identifier an
// earlier DBC of its channel has gets no rows.
[[nodiscard]] Traffic expected_traffic(const NodeConfig& config, FileSystem& files);

}  // namespace cantrail
