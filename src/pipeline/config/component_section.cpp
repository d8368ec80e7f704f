#include "pipeline/config/component_section.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace cantrail {
namespace {

constexpr const char* kLiveLaneIs = "the node's own lane, which feeds the page";
constexpr double kSmallestQueue = 64 << 10;
constexpr double kLargestQueue = 1 << 30;
constexpr double kSmallestRate = 1.0 / 86400;  // once a day

std::string_view word(ComponentKind kind) {
  return kind == ComponentKind::source ? "source" : "sink";
}

// A name is part of metrics, of environment variables and of the ledger.
constexpr const char* kName = "^[A-Za-z0-9_-]+$";  // is_name() as a regular expression
bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& one : words) text += (text.empty() ? "" : ", ") + one;
  return text;
}

std::vector<std::string> types_of(std::span<const ComponentInfo> components, ComponentKind kind) {
  std::vector<std::string> types;
  for (const ComponentInfo& component : components) {
    if (component.kind == kind && component.not_built.empty()) types.emplace_back(component.type);
  }
  return types;
}

std::string in_this_build(const std::vector<std::string>& types, const std::string& what) {
  return types.empty() ? " (this build has no " + what + "s)" : " (this build has: " + joined(types) + ")";
}

// Sinks of builds to come, which configurations may have already.
bool is_planned(ComponentKind kind, std::string_view type) {
  constexpr std::array<std::string_view, 5> kSinks{"influx", "mcap", "mqtt", "postgres", "redis"};
  return kind == ComponentKind::sink && std::find(kSinks.begin(), kSinks.end(), type) != kSinks.end();
}

// A slip that can be told from a type which another build has; empty: none is near.
std::string mistaken_type(std::span<const ComponentInfo> components, ComponentKind kind,
                          const std::string& type) {
  const std::string what(word(kind));
  const ComponentKind other = kind == ComponentKind::source ? ComponentKind::sink : ComponentKind::source;
  const std::string message = "there is no " + what + " type '" + printable(type) + "'";
  const std::vector<std::string> types = types_of(components, kind);
  if (find_component(components, other, type) != nullptr) {
    return message + ", but a " + std::string(word(other)) + " of that type: write [" +
           std::string(word(other)) + ".NAME]" + in_this_build(types, what);
  }
  const auto near = nearest(type, types);
  return near ? message + "; did you mean '" + *near + "'?" + in_this_build(types, what) : std::string();
}

// No type is called like the section. One of a fragment may have been meant for a section of another file.
std::string missing_type(std::span<const ComponentInfo> components, ComponentKind kind,
                         const ConfigEntry& section, const ConfigTable& all) {
  const std::string what(word(kind));
  std::vector<std::string> elsewhere;
  for (const ConfigEntry& other : all.entries) {
    if (other.where.file != section.where.file) elsewhere.push_back(other.key);
  }
  const auto near = nearest(section.key, elsewhere);
  return "'type' is missing in [" + what + "." + section.key + "]" +
         (near ? "; did you mean [" + what + "." + *near + "]?" : "") +
         in_this_build(types_of(components, kind), what);
}

}  // namespace

std::vector<const ConfigEntry*> component_sections(const ConfigTable& table, ComponentKind kind,
                                                   Diagnostics& found) {
  const std::string section(word(kind));
  std::vector<const ConfigEntry*> sections;
  for (const ConfigEntry& entry : table.entries) {
    if (entry.value.table() == nullptr) {
      found.push_back({Severity::error, entry.where,
                       "'" + printable(entry.key) + "' stands in no section of a " + section +
                           ": each has a name, write [" + section + ".NAME]"});
    } else if (!is_name(entry.key)) {
      found.push_back({Severity::error, entry.where,
                       "'" + printable(entry.key) + "' cannot be a " + section +
                           "'s name: use letters, digits, '_' and '-'"});
    } else if (kind == ComponentKind::sink && entry.key == kLiveLane) {
      found.push_back({Severity::error, entry.where,
                       "'live' cannot be a sink's name: " + std::string(kLiveLaneIs) + ", has it"});
    } else {
      sections.push_back(&entry);
    }
  }
  return sections;
}

LanguageSection component_language(std::span<const ComponentInfo> components, ComponentKind kind) {
  const bool is_source = kind == ComponentKind::source;
  LanguageTable each;
  each.keys = [is_source](OptionVisitor& visitor) {
    if (is_source) {
      SourceKeys{}.describe(visitor);
    } else {
      SinkKeys{}.describe(visitor);
    }
    OriginKeys{}.describe(visitor);
  };
  for (const ComponentInfo& component : components) {
    if (component.kind != kind) continue;
    LanguageType& type = each.types.emplace_back();
    type.type = component.type;
    type.sense = component.summary;
    type.not_built = component.not_built;
    if (component.not_built.empty()) {
      type.keys = [component](OptionVisitor& visitor) { describe_options(component, visitor); };
    }
  }
  LanguageEntries entries{.called = "NAME", .sense = "One " + std::string(word(kind)), .names = kName};
  if (!is_source) {
    entries.taken = kLiveLane;
    entries.taken_why = kLiveLaneIs;
  }
  return {std::string(word(kind)), is_source ? "Where data enters" : "Where data goes",
          tables_called(std::move(entries), std::move(each))};
}

ComponentChoice component_of(std::span<const ComponentInfo> components, ComponentKind kind,
                             const std::string& type, const ConfigEntry& section, const ConfigTable& all,
                             Diagnostics& found) {
  const ComponentInfo* component = find_component(components, kind, type);
  if (component != nullptr && component->not_built.empty()) return {component, false};
  const ConfigEntry* key = section.value.table()->find("type");
  const auto report = [&](std::string message) {
    found.push_back({Severity::error, key != nullptr ? key->value.where : section.where, std::move(message)});
  };
  const std::string what(word(kind));
  if (component == nullptr) {
    if (std::string mistake = mistaken_type(components, kind, type); !mistake.empty()) {
      report(std::move(mistake));
      return {};
    }
    if (key == nullptr && type == section.key && !is_planned(kind, type)) {
      report(missing_type(components, kind, section, all));
      return {};
    }
    report(what + " type '" + printable(type) + "' is not in this build" +
           (key == nullptr ? "; if that is only a name, say `type`" : "") +
           in_this_build(types_of(components, kind), what));
  } else {
    report(what + " type '" + type + "' is not in this build, which lacks " +
           std::string(component->not_built));
  }
  return {nullptr, true};
}

void OriginKeys::describe(OptionVisitor& visitor) {
  visitor.option({"like", "Another section that this one has everything from which it does not say", &like});
  visitor.option({"env_file", "Variables for this section, KEY=VALUE lines; readable by nobody but its owner",
                  &env_file});
}

void SourceKeys::describe(OptionVisitor& visitor) {
  visitor.option({"type", "What kind of source this is; the section's name if left out", &type});
  visitor.option({"enabled", "Whether the section counts at all", &enabled});
  visitor.option({"optional", "The node is healthy without this source", &optional});
  visitor.option(
      {"dbc",
       "What the frames mean: one DBC file or several, the first that knows an identifier decodes it",
       &dbc,
       false,
       {},
       {},
       {},
       "\"leaf.dbc\""});
}

void SinkKeys::describe(OptionVisitor& visitor) {
  visitor.option({"type", "What kind of sink this is; the section's name if left out", &type});
  visitor.option({"enabled", "Whether the section counts at all", &enabled});
  visitor.option(
      {"queue", "How much may wait in memory for this sink", &queue, false, kSmallestQueue, kLargestQueue});
  visitor.option({"from",
                  "Where a new store begins: with what comes now, or with the oldest that the journal has",
                  &from,
                  false,
                  {},
                  {},
                  {"now", "oldest"}});
  visitor.option(
      {"when_full",
       "What a full queue does: a live sink drops the oldest, a durable one reads on in the journal",
       &when_full,
       false,
       {},
       {},
       {"drop-oldest", "journal"}});
  visitor.option({"only",
                  "What the sink gets, patterns over [channel:]Stream[.field]; all if left out",
                  &only,
                  false,
                  {},
                  {},
                  {},
                  "[\"Battery*\"]"});
  visitor.option(
      {"except", "What the sink does not get, patterns", &except, false, {}, {}, {}, "[\"Gps*\"]"});
  visitor.option({"max_rate",
                  "At most so many rows of each stream",
                  &max_rate,
                  false,
                  kSmallestRate,
                  {},
                  {},
                  "\"1/s\""});
  visitor.option({"on_change", "Only rows that differ from the one before", &on_change});
}

}  // namespace cantrail
