// [source.NAME] and [sink.NAME], read into a NodeConfig.
#pragma once

#include <set>
#include <span>
#include <string>

#include "base/file.hpp"
#include "component/registry.hpp"
#include "pipeline/config/component_section.hpp"
#include "pipeline/config/config_sections.hpp"
#include "pipeline/config/dbc_files.hpp"
#include "pipeline/config/node_config.hpp"

namespace cantrail {

// One thread; all of what it is given outlives it. Sources before sinks.
class ComponentReader {
 public:
  ComponentReader(ConfigSections& sections, std::span<const ComponentInfo> components, DbcFiles& dbcs,
                  FileSystem& files)
      : sections_(sections), components_(components), dbcs_(dbcs), files_(files) {}

  // `like` is resolved, and it is known which variables fit. First.
  void prepare();
  void read_sources(NodeConfig& config);
  void read_sinks(NodeConfig& config);

  // False: a DBC could not be read, so that a stream which is not found may be in that one.
  [[nodiscard]] bool dbcs_are_whole() const { return dbcs_are_whole_; }

 private:
  // A reader that has read the keys which say where other values come from.
  [[nodiscard]] OptionReader open(const ConfigEntry& entry, const std::string& type);
  [[nodiscard]] ComponentChoice choose(ComponentKind kind, const std::string& type, bool enabled,
                                       const ConfigEntry& entry, const OptionReader& reader);
  template <class Config>
  void describe(Config& config, OptionReader& reader);
  void read_dbcs(SourceSection& section, const std::vector<Path>& paths, const ConfigEntry& entry);
  [[nodiscard]] Digest fingerprint_of(SourceConfig& config) const;
  void check_when_full(const SinkKeys& keys, const SinkSection& section, const ConfigEntry& entry);

  ConfigSections& sections_;
  std::span<const ComponentInfo> components_;
  DbcFiles& dbcs_;
  FileSystem& files_;
  std::set<std::string, std::less<>> unlike_;  // "sink.cloud": its `like` is wrong, so its type is unknown
  bool dbcs_are_whole_ = true;
};

}  // namespace cantrail
