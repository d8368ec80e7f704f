#include "pipeline/config/config_sections.hpp"

#include <algorithm>
#include <cassert>

#include "base/text.hpp"
#include "component/toml/toml_text.hpp"

namespace cantrail {
namespace {

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What the section inherits from is in its values already.
bool is_shown(const EffectiveValue& value) {
  return value.key != "like";
}

bool has_names(const std::string& section) {
  return section == "source" || section == "sink" || section == "copies";
}

// "sink.store.every" → "SINK_STORE_EVERY"
std::string variable_part(const std::string& path) {
  return environment_name("", path).substr(kVariablePrefix.size());
}

EffectiveValue as_it_is(const ConfigEntry& entry) {
  return {entry.key, toml_text(entry.value), origin_of(entry.where)};
}

}  // namespace

void ConfigSections::error(const SourceLocation& where, std::string message) {
  found.push_back({Severity::error, where, std::move(message)});
}

void ConfigSections::warning(const SourceLocation& where, std::string message) {
  found.push_back({Severity::warning, where, std::move(message)});
}

void ConfigSections::add_label(const std::string& name) {
  if (!is_among(labels_, name)) labels_.push_back(name);
}

const ConfigTable& ConfigSections::claim(const std::string& name) {
  sections_.push_back(name);
  const ConfigEntry* entry = root_.find(name);
  if (entry != nullptr && entry->value.table() != nullptr) return *entry->value.table();
  if (entry != nullptr) {
    error(entry->where, "'" + name + "' must be " +
                            (has_names(name) ? "sections, each with a name: write [" + name + ".NAME]"
                                             : "a section: write [" + name + "]"));
  }
  absent_.push_back(std::make_unique<ConfigTable>(ConfigTable{name, root_.where, {}}));
  return *absent_.back();
}

OptionReader ConfigSections::reader(const ConfigTable& table, const SectionIdentity& identity) {
  OptionReader reader(table, inputs_, data_folder_, found);
  reader.use(other_.of(identity));
  reader.use_labels(labels_);
  return reader;
}

void ConfigSections::remember(const ConfigTable& table, const OptionReader& reader) {
  for (const std::string& key : reader.known()) {
    described_.insert(table.path.empty() ? key : table.path + "." + key);
    if (table.path.empty()) top_keys_.push_back(key);
  }
  note_mentions(reader);
  EffectiveSection section{table.path, {}};
  std::copy_if(reader.values().begin(), reader.values().end(), std::back_inserter(section.values), is_shown);
  effective_.push_back(std::move(section));
}

void ConfigSections::note_mentions(const OptionReader& reader) {
  mentions_.insert(mentions_.end(), reader.mentions().begin(), reader.mentions().end());
}

void ConfigSections::done(const ConfigTable& table, const OptionReader& reader) {
  remember(table, reader);
}

void ConfigSections::done_in_part(const ConfigTable& table, const OptionReader& reader) {
  remember(table, reader);
  partly_known_.insert(table.path + ".");
  for (const ConfigEntry& entry : table.entries) {
    if (!is_among(reader.known(), entry.key)) effective_.back().values.push_back(as_it_is(entry));
  }
}

void ConfigSections::take_as_it_is(const ConfigTable& table) {
  if (table.entries.empty()) return;
  EffectiveSection section{table.path, {}};
  for (const ConfigEntry& entry : table.entries) section.values.push_back(as_it_is(entry));
  effective_.push_back(std::move(section));
}

void ConfigSections::read_one(const ConfigTable& table, const KeyParts& keys) {
  OptionReader options = reader(table, {table.path, ""});
  keys.describe(options);
  options.finish();
  if (keys.problems) options.problems(keys.problems());
  if (keys.not_built) {
    const std::vector<std::string> lacking = keys.not_built();
    options.problems(lacking);
    for (const std::string& what : lacking) {
      not_in_build.push_back("[" + table.path + "] " + what.substr(0, what.find(" is not in this build")));
    }
  }
  done(table, options);
}

std::vector<ConfigEntry> ConfigSections::tables_in(const std::string& name) {
  std::vector<ConfigEntry> tables;
  for (const ConfigEntry& entry : claim(name).entries) {
    if (entry.value.table() != nullptr) {
      tables.push_back(entry);
    } else {
      error(entry.where,
            "'" + printable(entry.key) + "' stands in no section of its own: write [" + name + ".NAME]");
    }
  }
  return tables;
}

bool ConfigSections::is_on_record(const std::string& name) const {
  return std::any_of(language_.begin(), language_.end(),
                     [&](const LanguageSection& section) { return section.name == name; });
}

void ConfigSections::finish() {
  assert(std::all_of(sections_.begin(), sections_.end(),
                     [&](const std::string& name) { return is_on_record(name); }));
  unknown_at_the_top();
  unknown_flags();
  unknown_variables();
}

void ConfigSections::unknown_at_the_top() {
  for (const ConfigEntry& entry : root_.entries) {
    if (is_among(sections_, entry.key) || is_among(top_keys_, entry.key)) continue;
    const auto* list = std::get_if<std::vector<ConfigValue>>(&entry.value.value);
    const bool is_section = entry.value.table() != nullptr ||
                            (list != nullptr && !list->empty() && list->front().table() != nullptr);
    const auto near = nearest(entry.key, is_section ? sections_ : top_keys_);
    const std::string name = printable(entry.key);
    error(entry.where,
          is_section ? "unknown section [" + name + "]" + (near ? "; did you mean [" + *near + "]?" : "")
                     : "unknown key '" + name + "' at the top of the file" +
                           (near ? "; did you mean '" + *near + "'?" : ""));
  }
}

void ConfigSections::unknown_flags() {
  const std::vector<std::string> known(described_.begin(), described_.end());
  for (const auto& given : inputs_.flags) {
    const std::string& flag = given.first;
    if (described_.contains(flag)) continue;
    const bool lenient = std::any_of(partly_known_.begin(), partly_known_.end(),
                                     [&](const std::string& path) { return flag.starts_with(path); });
    if (lenient) continue;
    const auto near = nearest(flag, known);
    error({"--set " + flag, 0, 0}, "there is no such option in this configuration" +
                                       (near ? "; did you mean '" + *near + "'?" : std::string()));
  }
}

// Variables that begin like ours may be meant for something else: those are reported that name a section and
// an option of it, and those that are nearly one of this configuration.
void ConfigSections::unknown_variables() {
  if (inputs_.variables.empty()) return;
  std::vector<std::string> known, beginnings, lenient;
  for (const std::string& path : described_) {
    known.push_back(variable_part(path));
    // A secret is told as `password_file`, and comes from the variable as `password` too.
    if (path.ends_with("_file")) known.push_back(variable_part(path.substr(0, path.size() - 5)));
    const std::size_t dot = path.find('.');
    if (dot != std::string::npos && dot == path.rfind('.')) beginnings.push_back(path.substr(0, dot + 1));
  }
  for (const std::string& path : partly_known_) lenient.push_back(variable_part(path));
  for (const std::string& variable : inputs_.variables) {
    const std::string name = variable.substr(kVariablePrefix.size());
    const auto starts = [&](const std::string& beginning) { return name.starts_with(beginning); };
    if (is_among(known, name) || std::any_of(lenient.begin(), lenient.end(), starts)) continue;
    const auto near = nearest(name, known);
    const bool names_an_option = std::any_of(sections_.begin(), sections_.end(), [&](const std::string& one) {
      const std::string section = variable_part(one + ".");
      const bool has_entries = !is_among(beginnings, one + ".");
      return starts(section) && (!has_entries || name.find('_', section.size()) != std::string::npos);
    });
    if (!near && !names_an_option) continue;
    warning({variable, 0, 0},
            "is not used: this configuration has no such option" +
                (near ? "; did you mean " + std::string(kVariablePrefix) + *near + "?" : std::string()));
  }
}

}  // namespace cantrail
