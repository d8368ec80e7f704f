#include "cli/reference/schema.hpp"

#include <boost/json.hpp>

#include "cli/reference/option_schema.hpp"
#include "cli/reference/typed_tables.hpp"

namespace cantrail::cli {
namespace {

namespace json = boost::json;

class SchemaMaker {
 public:
  explicit SchemaMaker(SchemaUse use) : use_(use) {}

  json::object of(const Language& language) {
    json::object properties;
    json::array required;
    for (const LanguageSection& section : language) {
      if (section.name.empty()) {
        OptionSchemas top = options(section.table);
        properties.insert(top.properties().begin(), top.properties().end());
        required = top.required();
      } else {
        properties[section.name] = section_schema(section);
      }
    }
    json::object schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                        {"title", "A configuration of cantrail"},
                        {"type", "object"},
                        {"properties", std::move(properties)},
                        {"additionalProperties", false}};
    require(schema, required);
    schema["$defs"] = std::move(definitions_);
    return schema;
  }

 private:
  [[nodiscard]] static OptionSchemas options(const LanguageTable& table) {
    OptionSchemas schemas;
    if (table.keys) table.keys(schemas);
    return schemas;
  }

  void require(json::object& schema, const json::array& keys) const {
    if (use_ == SchemaUse::whole && !keys.empty()) schema["required"] = keys;
  }

  json::object section_schema(const LanguageSection& section) {
    json::object schema{{"description", section.sense}};
    const json::object table = table_schema(section.table, section.name);
    schema.insert(table.begin(), table.end());
    return schema;
  }

  // `name`: of what is defined along the way.
  json::object table_schema(const LanguageTable& table, const std::string& name) {
    const OptionSchemas own = options(table);
    json::object schema{{"type", "object"}};
    if (!own.properties().empty()) schema["properties"] = own.properties();
    schema["additionalProperties"] = false;
    require(schema, own.required());
    if (!table.entries) return schema;
    const LanguageEntries& entries = *table.entries;
    if (entries.table && !entries.table->types.empty()) {
      TypedTables(name, entries, use_).add_to(schema, definitions_);
    } else if (entries.names.empty()) {
      schema["additionalProperties"] = entry_schema(entries, name);
    } else {
      schema["patternProperties"] = {{entries.names, entry_schema(entries, name)}};
    }
    if (!entries.taken.empty()) {
      schema["properties"].as_object()[entries.taken] = {{"description", "Taken by " + entries.taken_why},
                                                         {"not", json::object{}}};
    }
    return schema;
  }

  json::object entry_schema(const LanguageEntries& entries, const std::string& name) {
    json::object schema{{"description", entries.sense}};
    if (entries.table) {
      const json::object table = table_schema(*entries.table, name);
      schema.insert(table.begin(), table.end());
      return schema;
    }
    json::array types;
    if (entries.text) types.emplace_back("string");
    if (entries.whole_number) types.emplace_back("integer");
    if (!entries.nested) {
      schema["type"] = std::move(types);
      return schema;
    }
    types.emplace_back("object");
    schema["type"] = std::move(types);
    schema["additionalProperties"] = {{"$ref", "#/$defs/" + name}};
    definitions_[name] = std::move(schema);
    return {{"$ref", "#/$defs/" + name}};
  }

  SchemaUse use_;
  json::object definitions_;
};

}  // namespace

json::object schema_of(const Language& language, SchemaUse use) {
  return SchemaMaker(use).of(language);
}

}  // namespace cantrail::cli
