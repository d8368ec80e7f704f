#include <cassert>
#include <utility>

#include "pipeline/config/node_config.hpp"

namespace cantrail {
namespace {

SyncMode sync_mode(const std::string& word) {
  if (word == "safe") return SyncMode::safe;
  return word == "sd-saver" ? SyncMode::sd_saver : SyncMode::normal;
}

SourcePart part(SourceSection section) {
  assert(section.config != nullptr);
  SourcePart part;
  part.channels = section.config->channels(section.name);
  part.name = std::move(section.name);
  part.type = std::move(section.type);
  part.dbcs = std::move(section.dbcs);
  part.optional = section.optional;
  part.make = [config = std::shared_ptr<SourceConfig>(std::move(section.config))] { return config->make(); };
  return part;
}

SinkPart part(SinkSection section) {
  assert(section.config != nullptr);
  SinkPart part;
  part.name = std::move(section.name);
  part.type = std::move(section.type);
  part.from_oldest = section.from_oldest;
  part.queue_bytes = section.queue.count;
  part.keys = std::move(section.keys);
  part.make = [config = std::shared_ptr<SinkConfig>(std::move(section.config))] { return config->make(); };
  return part;
}

}  // namespace

NodeParts to_parts(NodeConfig config, std::string version) {
  NodeParts parts;
  parts.name = std::move(config.name);
  parts.version = std::move(version);
  parts.journal.folder = config.journal.folder.value.empty() ? join_path(config.data.value, "journal")
                                                             : std::move(config.journal.folder.value);
  parts.journal.cap_bytes = config.journal.keep.value_or(Bytes{}).count;
  parts.journal.sync = sync_mode(config.journal.sync);
  parts.journal.compression =
      config.journal.compression == "zstd" ? JournalCompression::zstd : JournalCompression::none;
  parts.dead_letter_folder = join_path(config.data.value, "dead-letter");
  parts.copies = std::move(config.copies);
  for (SourceSection& section : config.sources) {
    if (section.enabled) parts.sources.push_back(part(std::move(section)));
  }
  for (SinkSection& section : config.sinks) {
    if (section.enabled) parts.sinks.push_back(part(std::move(section)));
  }
  return parts;
}

}  // namespace cantrail
