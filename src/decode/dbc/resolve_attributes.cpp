#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"
#include "decode/dbc/resolve.hpp"

namespace cantrail::dbc {
namespace {

bool is_relation(AttributeScope scope) {
  return scope >= AttributeScope::node_message;
}

// Definitions by name; one name may be defined for several scopes.
class Definitions {
 public:
  explicit Definitions(std::vector<AttributeDefinition>& definitions) {
    for (AttributeDefinition& definition : definitions) {
      by_scope_.emplace(key(definition.name, definition.scope), &definition);
      by_name_.emplace(definition.name, &definition);
    }
  }
  [[nodiscard]] AttributeDefinition* find(const std::string& name, AttributeScope scope) const {
    const auto exact = by_scope_.find(key(name, scope));
    if (exact != by_scope_.end()) return exact->second;
    const auto any = by_name_.find(name);
    return any == by_name_.end() ? nullptr : any->second;
  }

 private:
  static std::string key(const std::string& name, AttributeScope scope) {
    return std::to_string(static_cast<int>(scope)) + name;
  }
  std::unordered_map<std::string, AttributeDefinition*> by_scope_;
  std::unordered_map<std::string_view, AttributeDefinition*> by_name_;
};

// Definition absent: the value as it is written.
AttributeValue resolved(const std::string& name, RawValue& raw, const AttributeDefinition* definition) {
  if (raw.is_text) return {name, std::move(raw.text)};
  const Number& number = raw.number;
  const std::string_view type = definition != nullptr ? std::string_view(definition->type) : "";
  if (type == "ENUM" && number.natural && *number.natural < definition->choices.size()) {
    return {name, definition->choices[static_cast<std::size_t>(*number.natural)]};
  }
  if (type == "FLOAT" || !number.integer) return {name, number.value};
  return {name, *number.integer};
}

std::vector<AttributeValue>* attributes_of(const Target& target, Draft& draft, Lookup& lookup) {
  switch (target.scope) {
    case AttributeScope::node: {
      Node* const node = lookup.node(target.name, target.at, "BA_");
      return node != nullptr ? &node->attributes : nullptr;
    }
    case AttributeScope::message: {
      Message* const message = lookup.message(target.id, target.at, "BA_");
      return message != nullptr ? &message->attributes : nullptr;
    }
    case AttributeScope::signal: {
      Signal* const signal = lookup.signal({target.id, target.name, target.at}, "BA_");
      return signal != nullptr ? &signal->attributes : nullptr;
    }
    case AttributeScope::environment: {
      EnvironmentVariable* const variable = lookup.environment(target.name, target.at, "BA_");
      return variable != nullptr ? &variable->attributes : nullptr;
    }
    default:
      return &draft.database.attributes;
  }
}

// The last of several values of one attribute counts, in the place of the first.
void keep_last(std::vector<AttributeValue>& attributes) {
  std::unordered_map<std::string, std::size_t> places;
  std::vector<AttributeValue> kept;
  for (AttributeValue& attribute : attributes) {
    const auto [place, fresh] = places.emplace(attribute.name, kept.size());
    if (fresh) {
      kept.push_back(std::move(attribute));
    } else {
      kept[place->second] = std::move(attribute);
    }
  }
  attributes = std::move(kept);
}

void resolve_defaults(Draft& draft, Warnings& warnings) {
  std::unordered_map<std::string, DefaultDraft*> defaults;
  std::unordered_set<std::string_view> used;
  const auto key = [](const std::string& name, bool relation) { return (relation ? "r" : "o") + name; };
  for (DefaultDraft& value : draft.defaults)
    defaults.insert_or_assign(key(value.name, value.of_relation), &value);
  for (AttributeDefinition& definition : draft.database.attribute_definitions) {
    const auto found = defaults.find(key(definition.name, is_relation(definition.scope)));
    if (found == defaults.end()) continue;
    used.insert(found->first);
    RawValue copy = found->second->value;
    definition.default_value = resolved(definition.name, copy, &definition);
  }
  for (const auto& [name, value] : defaults) {
    if (used.contains(name)) continue;
    warnings.add(value->at, "the default of attribute '" + printable(value->name) +
                                "' is left out: no BA_DEF_ defines the attribute; add the definition");
  }
}

}  // namespace

void resolve_attributes(Draft& draft, Warnings& warnings) {
  resolve_defaults(draft, warnings);
  const Definitions definitions(draft.database.attribute_definitions);
  Lookup lookup(draft, warnings);
  std::unordered_set<std::vector<AttributeValue>*> touched;
  for (AttributeDraft& attribute : draft.attributes) {
    auto* const place = attributes_of(attribute.target, draft, lookup);
    if (place == nullptr) continue;
    const auto* const definition = definitions.find(attribute.name, attribute.target.scope);
    place->push_back(resolved(attribute.name, attribute.value, definition));
    touched.insert(place);
  }
  for (std::vector<AttributeValue>* attributes : touched) keep_last(*attributes);
  for (RelationDraft& relation : draft.relations) {
    RelationAttribute& value = relation.relation;
    const auto* const definition = definitions.find(value.attribute.name, value.scope);
    value.attribute = resolved(value.attribute.name, relation.value, definition);
    draft.database.relation_attributes.push_back(std::move(value));
  }
}

}  // namespace cantrail::dbc
