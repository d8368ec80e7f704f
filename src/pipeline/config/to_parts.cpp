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
  part.fingerprint = section.fingerprint;
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
  part.fingerprint = section.fingerprint;
  part.make = [config = std::shared_ptr<SinkConfig>(std::move(section.config))] { return config->make(); };
  return part;
}

}  // namespace

JournalOptions NodeConfig::journal_options() const {
  JournalOptions options;
  options.folder = journal.folder.value.empty() ? join_path(data.value, "journal") : journal.folder.value;
  options.cap_bytes = journal.keep.value_or(Bytes{}).count;
  options.sync = sync_mode(journal.sync);
  options.compression = journal.compression == "zstd" ? JournalCompression::zstd : JournalCompression::none;
  return options;
}

NodeParts to_parts(NodeConfig config, std::string version) {
  NodeParts parts;
  parts.name = std::move(config.name);
  parts.version = std::move(version);
  parts.journal = config.journal_options();
  parts.blobs = {join_path(config.data.value, "blobs"), config.blobs.keep.value_or(Bytes{}).count};
  parts.dead_letter_folder = join_path(config.data.value, "dead-letter");
  parts.rules.copies = std::move(config.copies);
  parts.rules.aliases = std::move(config.aliases);
  parts.rules.signals = std::move(config.signal.signals);
  for (SourceSection& section : config.sources) {
    if (section.enabled) parts.sources.push_back(part(std::move(section)));
  }
  for (SinkSection& section : config.sinks) {
    if (section.enabled) parts.sinks.push_back(part(std::move(section)));
  }
  return parts;
}

}  // namespace cantrail
