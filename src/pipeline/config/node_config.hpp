// A node as its configuration describes it: read from a file by NodeConfigReader, or put together by a
// program (a demonstration, a replay), and then made into the parts of a Node.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "component/frame_source.hpp"
#include "component/options.hpp"
#include "component/sink.hpp"
#include "decode/dbc/aliases.hpp"
#include "decode/dbc/copies.hpp"
#include "decode/derive/signal_spec.hpp"
#include "model/catalog.hpp"
#include "pipeline/lane_keys.hpp"
#include "pipeline/node.hpp"

namespace cantrail {

struct SourceSection {
  std::string name, type;
  bool enabled = true;
  bool optional = false;                               // the node is healthy without it
  std::vector<DbcText> dbcs;                           // in the order in which they are asked
  std::vector<std::shared_ptr<const RowSchema>> rows;  // streams that it is known to deliver itself
  Digest fingerprint;                                  // SourcePart::fingerprint
  std::unique_ptr<SourceConfig> config;                // nullptr only beside an error in the diagnostics
};

struct SinkSection {
  std::string name, type;
  bool enabled = true;
  bool from_oldest = false;
  Bytes queue{4U << 20};
  LaneKeys keys;
  Digest fingerprint;                  // SinkPart::fingerprint
  std::unique_ptr<SinkConfig> config;  // nullptr only beside an error in the diagnostics
};

struct LogSection {
  std::string level = "info";   // info, warning, error
  std::string format = "auto";  // auto, text, json, journald
  Path file = {};               // empty: none
  Bytes keep{16U << 20};        // of the file and the one before it together
  void describe(OptionVisitor& visitor);
};

struct JournalSection {
  Path folder;                       // empty: DATA/journal
  std::string sync = "normal";       // safe, normal, sd-saver
  std::optional<Bytes> keep;         // none: the smaller of 8 GiB and 20 % of the disk
  std::string compression = "none";  // none, zstd
  void describe(OptionVisitor& visitor);
};

struct BlobsSection {
  std::optional<Bytes> keep;  // none: the smaller of 4 GiB and 10 % of the disk
  void describe(OptionVisitor& visitor);
};

// [copies.NAME]: the messages of every DBC once more at other identifiers, one node of the bus after the
// other.
using CopiesSection = dbc::MessageCopies;
using Copy = dbc::MessageCopy;

// [alias]: a name that users of the data know, and the one that the DBC has now.
using Alias = dbc::NameAlias;

// [signal]: a value under a name of its own.
using NamedSignal = derive::SignalSpec;
struct SignalSection {
  std::vector<NamedSignal> signals;
};

struct NodeConfig {
  std::string name = "cantrail";
  std::string timezone = "UTC";  // for display only
  Path data{"data"};             // where stores and the journal lie unless they say otherwise
  LogSection log;
  JournalSection journal;
  BlobsSection blobs;
  std::vector<SourceSection> sources;  // in the file's order
  std::vector<SinkSection> sinks;
  std::vector<CopiesSection> copies;
  std::vector<Alias> aliases;
  SignalSection signal;

  [[nodiscard]] JournalOptions journal_options() const;
};

// Sections that are not enabled are left out. Precondition: every enabled section has its config.
[[nodiscard]] NodeParts to_parts(NodeConfig config, std::string version);

}  // namespace cantrail
