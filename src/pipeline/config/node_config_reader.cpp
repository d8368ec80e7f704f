#include "pipeline/config/node_config_reader.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.hpp"
#include "pipeline/config/sink_files.hpp"

namespace cantrail {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr double kSmallestJournal = 1 << 20;

}  // namespace

NodeConfig NodeConfigReader::read(const std::string& path) {
  const Result<std::string> text = read_file(parts_.files, path, kLargestText);
  if (text) return read_text(*text, path);
  found_.push_back({Severity::error, {path, 0, 0}, text.fault().message});
  readable_ = false;
  return {};
}

NodeConfig NodeConfigReader::read_text(std::string_view text, const std::string& path) {
  NodeConfig config;
  document_ = parse_config(text, path);
  found_ = document_.diagnostics;
  readable_ = found_.empty() && check_version();
  if (!readable_) return config;
  read_node(config);
  read_journal(config);
  read_sources(config);
  read_sinks(config);
  check_channels(config);
  if (const ConfigEntry* sinks = document_.root.find("sink"); sinks != nullptr && !config.sinks.empty()) {
    check_sink_files(config, *sinks->value.table(), parts_.files, found_);
  }
  return config;
}

// False: a later version, of which nothing else can be said. What is merely missing is reported.
bool NodeConfigReader::check_version() {
  const ConfigEntry* entry = document_.root.find("config_version");
  if (entry == nullptr) {
    const SourceLocation top{document_.root.where.file, 1, 1};
    found_.push_back(
        {Severity::error, top, "'config_version' is missing: begin the file with config_version = 1"});
    return true;
  }
  const auto* version = std::get_if<std::int64_t>(&entry->value.value);
  if (version != nullptr && *version == kVersion) return true;
  const bool later = version != nullptr && *version > kVersion;
  found_.push_back({Severity::error, entry->value.where,
                    later ? "config_version = " + std::to_string(*version) +
                                " is of a later cantrail: this one reads version 1"
                          : "config_version must be 1"});
  return !later;
}

void NodeConfigReader::read_node(NodeConfig& config) {
  const ConfigTable& root = document_.root;
  OptionReader top(root, parts_.inputs, parent_path(root.where.file), found_);
  if (const auto folder = parts_.inputs.environment("STATE_DIRECTORY")) config.data.value = *folder;
  top.option({"data", "Where stores and the journal lie unless they say otherwise", &config.data});
  top_keys_.emplace_back("data");
  remember(root, top);
  data_folder_ = config.data.value;

  config.name = parts_.host_name;
  read_section("node", [&](OptionVisitor& visitor) {
    visitor.option({"name", "What this node is called in stores and topics", &config.name});
    visitor.option(
        {"timezone", "For display only", &config.timezone, false, {}, {}, {}, "\"Europe/Berlin\""});
  });
  read_section("log", [&](OptionVisitor& visitor) {
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
  read_section("journal", [&](OptionVisitor& visitor) {
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
  });
}

namespace {

// Where the n-th of a key's values stands; where it comes from elsewhere, its section.
SourceLocation place_of(const ConfigEntry& section, std::string_view key, std::size_t index) {
  const ConfigEntry* entry = section.value.table()->find(key);
  if (entry == nullptr) return section.where;
  const auto* list = std::get_if<std::vector<ConfigValue>>(&entry->value.value);
  return list != nullptr && index < list->size() ? (*list)[index].where : entry->value.where;
}

}  // namespace

void NodeConfigReader::read_sources(NodeConfig& config) {
  for (const ConfigEntry* entry : component_sections(claim("source"), ComponentKind::source, found_)) {
    SourceSection section;
    section.name = entry->key;
    SourceKeys keys;
    keys.type = section.name;
    const ConfigTable& table = *entry->value.table();
    OptionReader reader(table, parts_.inputs, data_folder_, found_);
    keys.describe(reader);
    section.type = keys.type;
    section.enabled = keys.enabled;
    section.optional = keys.optional;
    for (std::size_t i = 0; i < keys.dbc.size(); ++i) {
      if (keys.dbc[i].value.empty()) continue;  // said already
      auto text = dbcs_.read(keys.dbc[i].value, place_of(*entry, "dbc", i), found_);
      if (text) section.dbcs.push_back({keys.dbc[i].value, std::move(*text)});
    }
    const auto* component = reader.failed("type") ? nullptr
                                                  : component_of(parts_.components, ComponentKind::source,
                                                                 keys.type, *entry, found_);
    if (component != nullptr) {
      section.config = component->make_source();
      section.config->describe(reader);
      reader.finish();
      reader.problems(section.config->problems());
      for (const std::string& file : section.config->reads()) {
        if (section.enabled && !parts_.files.exists(file))
          reader.problems({"path: there is no file " + file});
      }
    }
    remember(table, reader);
    config.sources.push_back(std::move(section));
  }
}

void NodeConfigReader::read_sinks(NodeConfig& config) {
  for (const ConfigEntry* entry : component_sections(claim("sink"), ComponentKind::sink, found_)) {
    SinkSection section;
    section.name = entry->key;
    SinkKeys keys;
    keys.type = section.name;
    const ConfigTable& table = *entry->value.table();
    OptionReader reader(table, parts_.inputs, data_folder_, found_);
    keys.describe(reader);
    section.type = keys.type;
    section.enabled = keys.enabled;
    section.queue = keys.queue;
    section.from_oldest = keys.from == "oldest";
    const auto* component = reader.failed("type") ? nullptr
                                                  : component_of(parts_.components, ComponentKind::sink,
                                                                 keys.type, *entry, found_);
    if (component != nullptr) {
      section.config = component->make_sink();
      section.config->describe(reader);
      reader.finish();
      reader.problems(section.config->problems());
    }
    remember(table, reader);
    config.sinks.push_back(std::move(section));
  }
}

// One alias is one bus: two sources that claim it would mix their frames.
void NodeConfigReader::check_channels(const NodeConfig& config) {
  std::map<std::string, const SourceSection*> owners;
  for (const SourceSection& section : config.sources) {
    if (!section.enabled || section.config == nullptr) continue;
    for (const std::string& alias : section.config->channels(section.name)) {
      const auto [owner, is_new] = owners.emplace(alias, &section);
      if (is_new) continue;
      const ConfigEntry* entry = document_.root.find("source")->value.table()->find(section.name);
      found_.push_back({Severity::error, entry->where,
                        "channel '" + printable(alias) + "' of [source." + section.name +
                            "] is also of [source." + owner->second->name +
                            "]: give one of them another name"});
    }
  }
}

void NodeConfigReader::section(const std::string& name, const std::function<void(OptionVisitor&)>& describe,
                               const std::function<std::vector<std::string>()>& problems) {
  if (readable_) read_section(name, describe, problems);
}

void NodeConfigReader::sections(
    const std::string& name,
    const std::function<EntryReader(const std::string& entry, const SourceLocation& where)>& begin) {
  if (!readable_) return;
  for (const ConfigEntry& entry : claim(name).entries) {
    const ConfigTable* table = entry.value.table();
    if (table == nullptr) {
      found_.push_back(
          {Severity::error, entry.where,
           "'" + printable(entry.key) + "' stands in no section of its own: write [" + name + ".NAME]"});
      continue;
    }
    const EntryReader one = begin(entry.key, entry.where);
    OptionReader reader(*table, parts_.inputs, data_folder_, found_);
    one.describe(reader);
    reader.finish();
    reader.problems(one.problems());
    remember(*table, reader);
  }
}

void NodeConfigReader::read_section(const std::string& name,
                                    const std::function<void(OptionVisitor&)>& describe,
                                    const std::function<std::vector<std::string>()>& problems) {
  const ConfigTable& table = claim(name);
  OptionReader reader(table, parts_.inputs, data_folder_, found_);
  describe(reader);
  reader.finish();
  if (problems) reader.problems(problems());
  remember(table, reader);
}

// The section of that name at the top, which is known from now on; an empty one where it is not there.
const ConfigTable& NodeConfigReader::claim(const std::string& name) {
  sections_.push_back(name);
  const ConfigEntry* entry = document_.root.find(name);
  if (entry != nullptr && entry->value.table() != nullptr) return *entry->value.table();
  if (entry != nullptr) {
    const bool many = name == "source" || name == "sink";
    found_.push_back({Severity::error, entry->where,
                      "'" + name + "' must be " +
                          (many ? "sections, each with a name: write [" + name + ".NAME]"
                                : "a section: write [" + name + "]")});
  }
  absent_.push_back(std::make_unique<ConfigTable>(ConfigTable{name, document_.root.where, {}}));
  return *absent_.back();
}

void NodeConfigReader::remember(const ConfigTable& table, const OptionReader& reader) {
  for (const std::string& key : reader.known()) {
    described_.insert(table.path.empty() ? key : table.path + "." + key);
  }
}

void NodeConfigReader::unknown_at_the_top() {
  const auto is_among = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const ConfigEntry& entry : document_.root.entries) {
    if (is_among(sections_, entry.key) || is_among(top_keys_, entry.key)) continue;
    const auto* list = std::get_if<std::vector<ConfigValue>>(&entry.value.value);
    const bool is_section = entry.value.table() != nullptr ||
                            (list != nullptr && !list->empty() && list->front().table() != nullptr);
    const auto near = nearest(entry.key, is_section ? sections_ : top_keys_);
    const std::string name = printable(entry.key);
    found_.push_back({Severity::error, entry.where,
                      is_section
                          ? "unknown section [" + name + "]" + (near ? "; did you mean [" + *near + "]?" : "")
                          : "unknown key '" + name + "' at the top of the file" +
                                (near ? "; did you mean '" + *near + "'?" : "")});
  }
}

void NodeConfigReader::unknown_flags() {
  const std::vector<std::string> known(described_.begin(), described_.end());
  for (const auto& [flag, value] : parts_.inputs.flags) {
    if (described_.contains(flag)) continue;
    const auto near = nearest(flag, known);
    found_.push_back(
        {Severity::error,
         {"--set " + flag, 0, 0},
         "there is no such option in this configuration" + (near ? "; did you mean '" + *near + "'?" : "")});
  }
}

Diagnostics NodeConfigReader::finish() {
  if (readable_) {
    unknown_at_the_top();
    unknown_flags();
  }
  const std::string& main_file = document_.root.where.file;
  std::stable_sort(found_.begin(), found_.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    const auto rank = [&](const Diagnostic& d) {
      return std::tuple(d.where.file != main_file, d.where.line, d.where.column);
    };
    return rank(a) < rank(b);
  });
  found_.insert(found_.end(), dbcs_.warnings().begin(), dbcs_.warnings().end());
  return found_;
}

}  // namespace cantrail
