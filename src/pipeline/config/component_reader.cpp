#include "pipeline/config/component_reader.hpp"

#include <algorithm>

#include "pipeline/config/fingerprint.hpp"
#include "pipeline/config/like.hpp"

namespace cantrail {
namespace {

// Where the n-th of a key's values stands; where it comes from elsewhere, its section.
SourceLocation place_of(const ConfigEntry& section, std::string_view key, std::size_t index = 0) {
  const ConfigEntry* entry = section.value.table()->find(key);
  if (entry == nullptr) return section.where;
  const auto* list = std::get_if<std::vector<ConfigValue>>(&entry->value.value);
  return list != nullptr && index < list->size() ? (*list)[index].where : entry->value.where;
}

// As the file says it; a flag or a variable may say otherwise later.
std::string type_of(const ConfigEntry& section) {
  const ConfigEntry* type = section.value.table()->find("type");
  return type != nullptr && type->value.string() != nullptr ? *type->value.string() : section.key;
}

bool counts(const ConfigEntry& section) {
  const ConfigEntry* enabled = section.value.table()->find("enabled");
  const bool* value = enabled != nullptr ? std::get_if<bool>(&enabled->value.value) : nullptr;
  return value == nullptr || *value;
}

bool same_place(const SourceLocation& a, const SourceLocation& b) {
  return a.file == b.file && a.line == b.line && a.column == b.column;
}

std::vector<std::string> globs(const std::vector<StreamGlob>& patterns) {
  std::vector<std::string> texts;
  texts.reserve(patterns.size());
  for (const StreamGlob& pattern : patterns) texts.push_back(pattern.glob);
  return texts;
}

LaneKeys lane_keys(const SinkKeys& keys) {
  LaneKeys lane;
  lane.only = globs(keys.only);
  lane.except = globs(keys.except);
  if (keys.max_rate) lane.max_rate_per_s = keys.max_rate->per_second;
  lane.on_change = keys.on_change;
  return lane;
}

}  // namespace

void ComponentReader::prepare() {
  std::vector<SectionIdentity> identities;
  for (const auto& [name, kind] :
       {std::pair("source", ComponentKind::source), std::pair("sink", ComponentKind::sink)}) {
    ConfigEntry* all = nullptr;
    for (ConfigEntry& entry : sections_.root().entries) all = entry.key == name ? &entry : all;
    auto* table = all != nullptr ? std::get_if<std::shared_ptr<ConfigTable>>(&all->value.value) : nullptr;
    if (table == nullptr) continue;
    for (const std::string& section : apply_like(**table, kind, sections_.found)) {
      unlike_.insert(std::string(name) + "." + section);
    }
    for (const ConfigEntry& entry : (*table)->entries) {
      if (entry.value.table() == nullptr || !counts(entry)) continue;
      identities.push_back({std::string(name) + "." + entry.key, type_of(entry)});
    }
  }
  sections_.other().set_sections(std::move(identities), sections_.found);
}

OptionReader ComponentReader::open(const ConfigEntry& entry, const std::string& type) {
  const ConfigTable& table = *entry.value.table();
  const SectionIdentity identity{table.path, type};
  OptionReader reader = sections_.reader(table, identity);
  OriginKeys keys;
  keys.describe(reader);
  if (!keys.env_file.value.empty() && !reader.failed("env_file")) {
    reader.use(sections_.other().of(
        identity, EnvFile::read(files_, keys.env_file.value, place_of(entry, "env_file"), sections_.found)));
  }
  return reader;
}

ComponentChoice ComponentReader::choose(ComponentKind kind, const std::string& type, bool enabled,
                                        const ConfigEntry& entry, const OptionReader& reader) {
  if (reader.failed("type")) return {};
  const bool type_unknown =
      unlike_.contains(entry.value.table()->path) && entry.value.table()->find("type") == nullptr;
  if (type_unknown) return {};
  Diagnostics found;
  const ConfigEntry* all = sections_.root().find(kind == ComponentKind::source ? "source" : "sink");
  const ComponentChoice choice = component_of(components_, kind, type, entry, *all->value.table(), found);
  if (choice.not_in_build && !enabled) return choice;
  const auto is_told = [&](const Diagnostic& one) {  // at the section from which this one has its type
    return !found.empty() && one.message.find("is not in this build") != std::string::npos &&
           same_place(one.where, found.front().where);
  };
  if (choice.not_in_build && std::any_of(sections_.found.begin(), sections_.found.end(), is_told))
    return choice;
  sections_.found.insert(sections_.found.end(), found.begin(), found.end());
  if (choice.not_in_build) {
    sections_.not_in_build.push_back((kind == ComponentKind::source ? "source type '" : "sink type '") +
                                     type + "'");
  }
  return choice;
}

template <class Config>
void ComponentReader::describe(Config& config, OptionReader& reader) {
  config.describe(reader);
  reader.finish();
  reader.problems(config.problems());
}

void ComponentReader::read_dbcs(SourceSection& section, const std::vector<Path>& paths,
                                const ConfigEntry& entry) {
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (paths[i].value.empty()) {  // said already
      dbcs_are_whole_ = false;
      continue;
    }
    auto text = dbcs_.read(paths[i].value, place_of(entry, "dbc", i), sections_.found);
    if (text) section.dbcs.push_back({paths[i].value, std::move(*text)});
    dbcs_are_whole_ = dbcs_are_whole_ && text.has_value();
  }
}

// Without the keys of every source: what decodes its frames, and whether the node can be without it, is no
// matter of the source's own.
Digest ComponentReader::fingerprint_of(SourceConfig& config) const {
  Fingerprint fingerprint;
  config.describe(fingerprint);
  for (const std::string& path : config.made_of()) fingerprint.file(files_, path);
  return fingerprint.digest();
}

void ComponentReader::read_sources(NodeConfig& config) {
  sections_.put_on_record(component_language(components_, ComponentKind::source));
  for (const ConfigEntry* entry :
       component_sections(sections_.claim("source"), ComponentKind::source, sections_.found)) {
    const ConfigTable& table = *entry->value.table();
    OptionReader reader = open(*entry, type_of(*entry));
    SourceKeys keys;
    keys.type = entry->key;
    keys.describe(reader);
    SourceSection section;
    section.name = entry->key;
    section.type = keys.type;
    section.enabled = keys.enabled;
    section.optional = keys.optional;
    read_dbcs(section, keys.dbc, *entry);
    const ComponentChoice choice = choose(ComponentKind::source, keys.type, keys.enabled, *entry, reader);
    if (choice.component != nullptr) {
      section.config = choice.component->make_source();
      describe(*section.config, reader);
      for (const std::string& file : section.config->reads()) {
        if (section.enabled && !files_.exists(file)) {
          reader.problems({"path: there is no file " + file});
        }
      }
      for (DbcText& own : section.config->dbcs()) section.dbcs.push_back(std::move(own));
      sections_.done(table, reader);
      section.fingerprint = fingerprint_of(*section.config);
      if (section.enabled) section.rows = section.config->streams_without_channel(files_, sections_.found);
    } else {
      sections_.done_in_part(table, reader);
    }
    config.sources.push_back(std::move(section));
  }
}

void ComponentReader::read_sinks(NodeConfig& config) {
  sections_.put_on_record(component_language(components_, ComponentKind::sink));
  for (const ConfigEntry* entry :
       component_sections(sections_.claim("sink"), ComponentKind::sink, sections_.found)) {
    const ConfigTable& table = *entry->value.table();
    OptionReader reader = open(*entry, type_of(*entry));
    SinkKeys keys;
    keys.type = entry->key;
    keys.describe(reader);
    SinkSection section;
    section.name = entry->key;
    section.type = keys.type;
    section.enabled = keys.enabled;
    section.queue = keys.queue;
    section.from_oldest = keys.from == "oldest";
    section.keys = lane_keys(keys);
    const ComponentChoice choice = choose(ComponentKind::sink, keys.type, keys.enabled, *entry, reader);
    if (choice.component != nullptr) {
      section.config = choice.component->make_sink();
      describe(*section.config, reader);
      for (const auto& [option, text] : section.config->looks_at()) {
        sections_.mention(
            {place_of(*entry, option), "'" + option + "' in [" + table.path + "]", text, false, true});
      }
      sections_.done(table, reader);
      Fingerprint fingerprint;
      keys.describe(fingerprint);
      section.config->describe(fingerprint);
      section.fingerprint = fingerprint.digest();
      check_when_full(keys, section, *entry);
    } else {
      sections_.done_in_part(table, reader);
    }
    config.sinks.push_back(std::move(section));
  }
}

// Only what the lane of such a sink does anyway can be asked for.
void ComponentReader::check_when_full(const SinkKeys& keys, const SinkSection& section,
                                      const ConfigEntry& entry) {
  if (!keys.when_full) return;
  const std::unique_ptr<Sink> sink = section.config->make();
  if (sink == nullptr) return;
  const bool durable = sink->traits().durable;
  if (durable == (*keys.when_full == "journal")) return;
  const std::string path = "[" + entry.value.table()->path + "]";
  sections_.error(place_of(entry, "when_full"),
                  durable ? "'when_full' in " + path +
                                " cannot be \"drop-oldest\": a durable sink reads on in the "
                                "journal, and nothing is dropped; write \"journal\""
                          : "'when_full' in " + path +
                                " cannot be \"journal\": a live sink is not fed from the "
                                "journal; write \"drop-oldest\"");
}

}  // namespace cantrail
