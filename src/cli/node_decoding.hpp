// How a node's configuration has its channels decoded, for commands that decode without the node; and what it
// lets through to its sinks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/log_catalog.hpp"
#include "pipeline/lane_keys.hpp"

namespace cantrail::cli {

struct NodeLane {
  std::string sink;
  std::vector<std::string> writes;  // files
  LaneKeys keys;
};

struct NodeDecoding {
  LogDecoding decoding;
  std::vector<NodeLane> lanes;

  // Of the sink that writes this file; nullptr: none does.
  [[nodiscard]] const NodeLane* lane_of(const std::string& file) const;
};

// What its sinks and sources need may be missing here. nullopt: it has errors, which are on standard error.
[[nodiscard]] std::optional<NodeDecoding> decoding_of(const std::string& path);

}  // namespace cantrail::cli
