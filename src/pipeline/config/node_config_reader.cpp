#include "pipeline/config/node_config_reader.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.hpp"
#include "component/toml/env_file.hpp"
#include "pipeline/config/component_reader.hpp"
#include "pipeline/config/named_sections.hpp"
#include "pipeline/config/sink_files.hpp"
#include "pipeline/config/stream_check.hpp"

namespace cantrail {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr double kSmallestJournal = 1 << 20;

}  // namespace

NodeConfig NodeConfigReader::read(const std::string& path) {
  return read_files(read_config_files(parts_.files, path));
}

NodeConfig NodeConfigReader::read_text(std::string_view text, const std::string& path) {
  return read_files(read_config_text(text, path));
}

NodeConfig NodeConfigReader::read_files(ConfigFiles files) {
  NodeConfig config;
  files_ = std::move(files.names);
  sections_ = std::make_unique<ConfigSections>(std::move(files.root), parts_.inputs);
  sections_->found = std::move(files.found);
  if (!files.readable || !check_version()) {
    unreadable_ = std::move(sections_->found);
    sections_.reset();
    return config;
  }
  read_top(config);
  read_node(config);
  read_journal(config);
  ComponentReader components(*sections_, parts_.components, dbcs_, parts_.files);
  components.prepare();
  components.read_sources(config);
  components.read_sinks(config);
  check_channels(config);
  if (const ConfigEntry* sinks = sections_->root().find("sink"); sinks != nullptr && !config.sinks.empty()) {
    check_sink_files(config, *sinks->value.table(), parts_.files, sections_->found);
  }
  read_copies(*sections_, config);
  read_aliases(*sections_, config);
  read_signals(*sections_, config);
  check_streams(*sections_, config, components.dbcs_are_whole());
  return config;
}

// False: a later version, of which nothing else can be said. What is merely missing is reported.
bool NodeConfigReader::check_version() {
  const ConfigTable& root = sections_->root();
  const ConfigEntry* entry = root.find("config_version");
  if (entry == nullptr) {
    sections_->error({root.where.file, 1, 1},
                     "'config_version' is missing: begin the file with config_version = 1");
    return true;
  }
  const auto* version = std::get_if<std::int64_t>(&entry->value.value);
  if (version != nullptr && *version == kVersion) return true;
  const bool later = version != nullptr && *version > kVersion;
  sections_->error(entry->value.where, later ? "config_version = " + std::to_string(*version) +
                                                   " is of a later cantrail: this one reads version 1"
                                             : "config_version must be 1");
  return !later;
}

void NodeConfigReader::read_top(NodeConfig& config) {
  const ConfigTable& root = sections_->root();
  sections_->set_data_folder(parent_path(root.where.file));
  OptionReader top = sections_->reader(root, {});
  Path env_file;
  top.option({"env_file", "Variables for the whole node, KEY=VALUE lines; readable by nobody but its owner",
              &env_file});
  if (!env_file.value.empty() && !top.failed("env_file")) {
    const ConfigEntry* entry = root.find("env_file");
    const SourceLocation where =
        entry != nullptr ? entry->value.where : SourceLocation{environment_name("", "env_file"), 0, 0};
    auto file = EnvFile::read(parts_.files, env_file.value, where, sections_->found);
    if (file) sections_->other().set_top(std::move(*file));
  }
  if (const auto folder = parts_.inputs.environment("STATE_DIRECTORY")) config.data.value = *folder;
  top.option({"data", "Where stores and the journal lie unless they say otherwise", &config.data});
  sections_->done(root, top);
  sections_->set_data_folder(config.data.value);
}

void NodeConfigReader::read_node(NodeConfig& config) {
  config.name = parts_.host_name;
  sections_->read("node", [&](OptionVisitor& visitor) {
    visitor.option({"name", "What this node is called in stores and topics", &config.name});
    visitor.option(
        {"timezone", "For display only", &config.timezone, false, {}, {}, {}, "\"Europe/Berlin\""});
  });
  sections_->read("log", [&](OptionVisitor& visitor) {
    visitor.option({"level",
                    "The least that is told",
                    &config.log_level,
                    false,
                    {},
                    {},
                    {"debug", "info", "warning", "error"}});
  });
}

void NodeConfigReader::read_journal(NodeConfig& config) {
  JournalSection& journal = config.journal;
  journal.folder.value = "journal";
  sections_->read("journal", [&](OptionVisitor& visitor) {
    visitor.option({"folder", "Where it lies", &journal.folder});
    visitor.option({"sync",
                    "How often it is made safe against a power cut: 100 ms, 500 ms, 5 s",
                    &journal.sync,
                    false,
                    {},
                    {},
                    {"safe", "normal", "sd-saver"}});
    visitor.option({"keep",
                    "The most it takes of the disk; else the smaller of 8 GiB and 20 % of it",
                    &journal.keep,
                    false,
                    kSmallestJournal,
                    {},
                    {},
                    "\"8GB\""});
    visitor.option(
        {"compression",
         "zstd makes it smaller by a fifth on a quiet bus, by half and more on a busy one, for some "
         "processor time",
         &journal.compression,
         false,
         {},
         {},
         {"none", "zstd"}});
  });
}

// One alias is one bus: two sources that claim it would mix their frames.
void NodeConfigReader::check_channels(const NodeConfig& config) {
  std::map<std::string, const SourceSection*> owners;
  for (const SourceSection& section : config.sources) {
    if (!section.enabled || section.config == nullptr) continue;
    for (const std::string& alias : section.config->channels(section.name)) {
      const auto [owner, is_new] = owners.emplace(alias, &section);
      if (is_new) continue;
      const ConfigEntry* entry = sections_->root().find("source")->value.table()->find(section.name);
      sections_->error(entry->where, "channel '" + printable(alias) + "' of [source." + section.name +
                                         "] is also of [source." + owner->second->name +
                                         "]: give one of them another name");
    }
  }
}

void NodeConfigReader::section(const std::string& name, const Describe& describe, const Problems& problems,
                               const Problems& not_built) {
  if (sections_ != nullptr) sections_->read(name, describe, problems, not_built);
}

void NodeConfigReader::sections(const std::string& name, const ConfigSections::BeginEntry& begin) {
  if (sections_ != nullptr) sections_->read_entries(name, begin);
}

Diagnostics NodeConfigReader::finish() {
  if (sections_ != nullptr) sections_->finish();
  Diagnostics found = sections_ != nullptr ? sections_->found : unreadable_;
  std::stable_sort(found.begin(), found.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    const auto rank = [&](const Diagnostic& d) {
      return std::tuple(std::find(files_.begin(), files_.end(), d.where.file), d.where.line, d.where.column);
    };
    return rank(a) < rank(b);
  });
  found.insert(found.end(), dbcs_.warnings().begin(), dbcs_.warnings().end());
  return found;
}

std::vector<std::string> NodeConfigReader::not_in_build() const {
  return sections_ != nullptr ? sections_->not_in_build : std::vector<std::string>{};
}

EffectiveConfig NodeConfigReader::effective() const {
  if (sections_ == nullptr) return {};
  EffectiveConfig config = sections_->effective();
  const ConfigEntry* version = sections_->root().find("config_version");
  std::vector<EffectiveValue>& top = config.front().values;
  top.insert(top.begin(), {"config_version", std::to_string(kVersion),
                           version != nullptr ? origin_of(version->where) : "default"});
  return config;
}

}  // namespace cantrail
