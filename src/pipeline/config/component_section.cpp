#include "pipeline/config/component_section.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail {
namespace {

constexpr double kSmallestQueue = 64 << 10;
constexpr double kLargestQueue = 1 << 30;

std::string_view word(ComponentKind kind) {
  return kind == ComponentKind::source ? "source" : "sink";
}

// A name is part of metrics, of environment variables and of the ledger.
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

std::string unknown_type(std::span<const ComponentInfo> components, ComponentKind kind,
                         const std::string& type, bool named_by_section) {
  const std::string what(word(kind));
  const ComponentKind other = kind == ComponentKind::source ? ComponentKind::sink : ComponentKind::source;
  std::string message = "there is no " + what + " type '" + printable(type) + "'";
  const std::vector<std::string> types = types_of(components, kind);
  if (find_component(components, other, type) != nullptr) {
    message += ", but a " + std::string(word(other)) + " of that type: write [" + std::string(word(other)) +
               ".NAME]";
  } else if (const auto near = nearest(type, types)) {
    message += "; did you mean '" + *near + "'?";
  } else if (named_by_section) {
    message += ": the section needs a key `type`";
  }
  return message +
         (types.empty() ? " (this build has no " + what + "s)" : " (this build has: " + joined(types) + ")");
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
                       "'live' cannot be a sink's name: the node's own lane, which feeds the page, has it"});
    } else {
      sections.push_back(&entry);
    }
  }
  return sections;
}

const ComponentInfo* component_of(std::span<const ComponentInfo> components, ComponentKind kind,
                                  const std::string& type, const ConfigEntry& section, Diagnostics& found) {
  const ComponentInfo* component = find_component(components, kind, type);
  if (component != nullptr && component->not_built.empty()) return component;
  const ConfigEntry* key = section.value.table()->find("type");
  const SourceLocation where = key != nullptr ? key->value.where : section.where;
  if (component != nullptr) {
    found.push_back({Severity::error, where,
                     std::string(word(kind)) + " type '" + type + "' is not in this build, which lacks " +
                         std::string(component->not_built)});
  } else {
    found.push_back({Severity::error, where, unknown_type(components, kind, type, key == nullptr)});
  }
  return nullptr;
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
}

}  // namespace cantrail
