#include "pipeline/config/node_config_reader.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.hpp"
#include "component/toml/env_file.hpp"
#include "pipeline/config/component_reader.hpp"
#include "pipeline/config/named_sections.hpp"
#include "pipeline/config/node_keys.hpp"
#include "pipeline/config/stream_check.hpp"
#include "pipeline/config/timezone_check.hpp"
#include "pipeline/config/written_files.hpp"

namespace cantrail {

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
  read_copies(*sections_, config);  // first: their labels may stand in templates
  ComponentReader components(*sections_, parts_.components, dbcs_, parts_.files);
  components.prepare();
  components.read_sources(config);
  components.read_sinks(config);
  check_channels(config);
  check_written_files(config, sections_->root(), parts_.files, sections_->found);
  read_aliases(*sections_, config);
  read_signals(*sections_, config);
  check_streams(*sections_, config, components.dbcs_are_whole());
  return config;
}

// False: a later version, of which nothing else can be said.
bool NodeConfigReader::check_version() {
  const ConfigEntry* entry = sections_->root().find("config_version");
  const auto* version = entry != nullptr ? std::get_if<std::int64_t>(&entry->value.value) : nullptr;
  if (version == nullptr || *version <= kConfigVersion) return true;
  sections_->error(entry->value.where, "config_version = " + std::to_string(*version) +
                                           " is of a later cantrail: this one reads version " +
                                           std::to_string(kConfigVersion));
  return false;
}

void NodeConfigReader::read_top(NodeConfig& config) {
  const ConfigTable& root = sections_->root();
  sections_->put_on_record({"", "The top of the file", {described<TopKeys>()}});
  sections_->set_data_folder(parent_path(root.where.file));
  OptionReader top = sections_->reader(root, {});
  TopKeys keys;
  keys.describe_origins(top);
  if (!keys.env_file.value.empty() && !top.failed("env_file")) {
    const ConfigEntry* entry = root.find("env_file");
    const SourceLocation where =
        entry != nullptr ? entry->value.where : SourceLocation{environment_name("", "env_file"), 0, 0};
    auto file = EnvFile::read(parts_.files, keys.env_file.value, where, sections_->found);
    if (file) sections_->other().set_top(std::move(*file));
  }
  if (const auto folder = parts_.inputs.environment("STATE_DIRECTORY")) keys.data.value = *folder;
  keys.describe_rest(top);
  sections_->done(root, top);
  config.data = keys.data;
  sections_->set_data_folder(config.data.value);
}

void NodeConfigReader::read_node(NodeConfig& config) {
  NodeKeys keys;
  keys.name = parts_.host_name;
  sections_->read({"node", "What the node is called"}, keys);
  config.name = keys.name;
  config.timezone = keys.timezone;
  check_timezone(keys.timezone);
  config.journal.folder.value = "journal";
  sections_->read({"log", "What is told to the operator, and where"}, config.log);
  sections_->read({"journal", "Everything accepted, on disk before any store gets it"}, config.journal);
  sections_->read({"blobs", "Values too large for rows, as files of their own"}, config.blobs);
}

// A warning: it is for display only.
void NodeConfigReader::check_timezone(const std::string& name) {
  const auto folder = parts_.inputs.environment("TZDIR");
  const auto problem = timezone_problem(name, folder.value_or(kZoneFolder), parts_.files);
  if (!problem) return;
  const ConfigPlaces places(sections_->root());
  sections_->warning(places.of("node", "timezone"), "'timezone' in [node]: " + *problem);
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

ConfigPlaces NodeConfigReader::places() const {
  return sections_ != nullptr ? ConfigPlaces(sections_->root()) : ConfigPlaces();
}

EffectiveConfig NodeConfigReader::effective() const {
  return sections_ != nullptr ? sections_->effective() : EffectiveConfig{};
}

Language NodeConfigReader::language() const {
  return sections_ != nullptr ? sections_->language() : Language{};
}

}  // namespace cantrail
