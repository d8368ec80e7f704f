// A node as its configuration describes it: read from a file by NodeConfigReader, or put together by a
// program (a demonstration, a replay), and then made into the parts of a Node.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "component/frame_source.hpp"
#include "component/options.hpp"
#include "component/sink.hpp"
#include "model/catalog.hpp"
#include "pipeline/lane_keys.hpp"
#include "pipeline/node.hpp"

namespace cantrail {

struct SourceSection {
  std::string name, type;
  bool enabled = true;
  bool optional = false;                 // the node is healthy without it
  std::vector<DbcText> dbcs;             // in the order in which they are asked
  std::unique_ptr<SourceConfig> config;  // nullptr only beside an error in the diagnostics
};

struct SinkSection {
  std::string name, type;
  bool enabled = true;
  bool from_oldest = false;
  Bytes queue{4U << 20};
  LaneKeys keys;
  std::unique_ptr<SinkConfig> config;  // nullptr only beside an error in the diagnostics
};

struct JournalSection {
  Path folder;                  // empty: DATA/journal
  std::string sync = "normal";  // safe, normal, sd-saver
  std::optional<Bytes> keep;    // none: the smaller of 8 GiB and 20 % of the disk
};

struct NodeConfig {
  std::string name = "cantrail";
  std::string timezone = "UTC";    // for display only
  std::string log_level = "info";  // debug, info, warning, error
  Path data{"data"};               // where stores and the journal lie unless they say otherwise
  JournalSection journal;
  std::vector<SourceSection> sources;  // in the file's order
  std::vector<SinkSection> sinks;
};

// Sections that are not enabled are left out. Precondition: every enabled section has its config.
[[nodiscard]] NodeParts to_parts(NodeConfig config, std::string version);

}  // namespace cantrail
