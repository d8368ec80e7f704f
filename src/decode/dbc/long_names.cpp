// Names over 32 characters: the file cuts them and gives the whole name in an attribute.
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"
#include "decode/dbc/renamed.hpp"
#include "decode/dbc/resolve.hpp"

namespace cantrail::dbc {
namespace {

std::string long_name(const std::vector<AttributeValue>& attributes, std::string_view attribute) {
  for (const AttributeValue& candidate : attributes) {
    if (candidate.name != attribute) continue;
    const auto* const text = std::get_if<std::string>(&candidate.value);
    return text != nullptr ? *text : std::string();
  }
  return {};
}

// Renames all of `objects` that have a long name which nothing else among them is called.
template <class Object, class Taken>
Renamed rename(std::vector<Object>& objects, std::string_view attribute, Taken&& taken) {
  Renamed renamed;
  std::unordered_set<std::string> names;
  for (const Object& object : objects) names.insert(object.name);
  for (Object& object : objects) {
    std::string name = long_name(object.attributes, attribute);
    if (name.empty() || name == object.name) continue;
    if (!names.insert(name).second) {
      taken(object, name);
      continue;
    }
    renamed.emplace(object.name, name);
    object.name = std::move(name);
  }
  return renamed;
}

}  // namespace

void apply_long_names(Draft& draft, Warnings& warnings) {
  Database& database = draft.database;
  const auto warn = [&](const auto& object, const std::string& name) {
    warnings.add(object.where, "the long name '" + printable(name) + "' is taken; '" +
                                   printable(object.name) + "' keeps its short name, correct the attribute");
  };
  const auto quiet = [](const auto&, const std::string&) {};
  const Renamed nodes = rename(database.nodes, "SystemNodeLongSymbol", quiet);
  const Renamed variables = rename(database.environment, "SystemEnvVarLongSymbol", quiet);
  std::vector<Renamed> signals;
  for (Message& message : database.messages) {
    signals.push_back(rename(message.signals, "SystemSignalLongSymbol", warn));
    replace_all(message.senders, nodes);
    for (Signal& signal : message.signals) replace_all(signal.receivers, nodes);
    replace_selectors(message, signals.back());
  }
  rename(database.messages, "SystemMessageLongSymbol", warn);
  for (EnvironmentVariable& variable : database.environment) replace_all(variable.nodes, nodes);
  for (RelationAttribute& relation : database.relation_attributes) {
    replace(relation.node, nodes);
    if (relation.scope == AttributeScope::node_environment) replace(relation.signal_or_variable, variables);
  }
  replace_references(database, [&](std::uint32_t id) -> const Renamed* {
    const auto found = draft.message_index.find(message_key(id));
    const bool known = found != draft.message_index.end() && found->second != Draft::kLeftOut;
    return known ? &signals[found->second] : nullptr;
  });
}

}  // namespace cantrail::dbc
