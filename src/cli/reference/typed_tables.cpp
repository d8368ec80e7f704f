#include "cli/reference/typed_tables.hpp"

#include <map>
#include <utility>

namespace cantrail::cli {
namespace {

namespace json = boost::json;

// The keys that decide about the others.
constexpr const char* kType = "type";
constexpr const char* kLike = "like";
constexpr const char* kEnabled = "enabled";

json::object has(const char* key) {
  return {{"required", json::array{key}}};
}

json::object where(const char* key, json::value constant) {
  return {{"properties", {{key, {{"const", std::move(constant)}}}}}, {"required", json::array{key}}};
}

}  // namespace

TypedTables::TypedTables(std::string name, const LanguageEntries& entries, SchemaUse use)
    : name_(std::move(name)), entries_(entries), table_(*entries.table), use_(use) {
  table_.keys(common_);
  for (const LanguageType& type : table_.types) types_.emplace_back(type.type);
}

void TypedTables::add_to(json::object& section, json::object& definitions) const {
  const auto define = [&](const std::string& what, json::object schema) {
    definitions[name_ + "." + what] = std::move(schema);
  };
  json::object properties;
  for (const auto& [key, schema] : common_.properties()) {
    if (key != kType) define("key." + std::string(key), schema.as_object());
  }
  for (const LanguageType& type : table_.types) {
    define("type." + type.type, one_type(type));
    define("called." + type.type, table_called(&type));
    properties[type.type] = reference("called." + type.type);
  }
  define("any", any_type());
  define("typed", of_its_type());
  define("table", table_called(nullptr));
  section["propertyNames"] = {{"pattern", entries_.names}};
  section["properties"] = std::move(properties);
  section["additionalProperties"] = reference("table");
}

json::object TypedTables::reference(const std::string& definition) const {
  return {{"$ref", "#/$defs/" + name_ + "." + definition}};
}

json::object TypedTables::one_type(const LanguageType& type) const {
  OptionSchemas own;
  if (type.keys) type.keys(own);
  json::object properties;
  for (const auto& [key, schema] : common_.properties()) {
    properties[key] = key == kType ? json::object{{"description", type.sense}, {"const", type.type}}
                                   : reference("key." + std::string(key));
  }
  properties.insert(own.properties().begin(), own.properties().end());
  json::object schema{{"description", type.sense}, {"type", "object"}, {"properties", std::move(properties)}};
  if (type.not_built.empty()) schema["additionalProperties"] = false;
  if (use_ == SchemaUse::whole && !own.required().empty()) {
    schema["if"] = has(kLike);  // then the other has it
    schema["else"] = {{"required", own.required()}};
  }
  return schema;
}

// All keys of all types: where the type stands in another section, and what an editor offers.
json::object TypedTables::any_type() const {
  json::object properties;
  for (const auto& [key, schema] : common_.properties()) {
    properties[key] = reference("key." + std::string(key));
    if (key == kType) properties[key] = {{"description", schema.at("description")}, {"enum", types_}};
  }
  bool all_built = true;
  std::map<std::string, json::array> own;
  for (const LanguageType& type : table_.types) {
    all_built = all_built && type.not_built.empty();
    OptionSchemas keys;
    if (type.keys) type.keys(keys);
    for (const auto& [key, schema] : keys.properties()) {
      own[key].push_back(reference("type." + type.type + "/properties/" + std::string(key)));
    }
  }
  for (const auto& [key, ways] : own) {
    properties[key] = ways.size() == 1 ? ways[0] : json::object{{"anyOf", ways}};
  }
  json::object schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (all_built) schema["additionalProperties"] = false;
  return schema;
}

// A type that is not known is one for another build, and no matter in a section that does not count.
json::object TypedTables::of_its_type() const {
  json::array rules;
  for (const LanguageType& type : table_.types) {
    rules.push_back(
        json::object{{"if", where(kType, json::value(type.type))}, {"then", reference("type." + type.type)}});
  }
  rules.push_back(json::object{{"if", where(kEnabled, false)},
                               {"else", {{"properties", {{kType, {{"enum", types_}}}}}}}});
  return {{"allOf", std::move(rules)}};
}

// A table whose name is that type; nullptr: is none.
json::object TypedTables::table_called(const LanguageType* type) const {
  json::object by_name = type != nullptr ? reference("type." + type->type) : has(kType);
  if (use_ == SchemaUse::fragment) by_name = reference("any");  // its type may stand in another file
  const json::object not_said{{"if", has(kLike)}, {"then", reference("any")}, {"else", std::move(by_name)}};
  json::object chosen{{"if", has(kType)}, {"then", reference("typed")}, {"else", not_said}};
  // Refuses nothing: it is for editors, which do not look behind `if` for what they could offer.
  json::object offered{{"anyOf", json::array{reference("any"), json::object{}}}};
  return {{"allOf", json::array{std::move(offered), std::move(chosen)}}, {"additionalProperties", true}};
}

}  // namespace cantrail::cli
