// What names streams, in ValueReader: references, patterns, templates. Whether the catalog has them is asked
// later, when it is known: they are noted as mentions.
#include "base/text.hpp"
#include "component/template.hpp"
#include "component/toml/value_reader.hpp"

namespace cantrail {
namespace {

// The result's place in a table is its key.
ConfigValue as_value(const ConfigEntry& entry) {
  return {entry.where, entry.key};
}

}  // namespace

void ValueReader::mention(const ConfigValue& value, const std::string& text, bool is_pattern) {
  if (mentions_ != nullptr) mentions_->push_back({value.where, subject_, text, is_pattern});
}

bool ValueReader::assign(Template* target, const ConfigValue& value) {
  const std::string* text = value.string();
  if (text == nullptr) return wrong_kind(value, "a string", "write it in quotes");
  const auto parts = parse_template(*text);
  if (!parts) return wrong(value, parts.fault().message);
  if (std::string problem = placeholder_problem(*parts, spec_, labels_); !problem.empty())
    return wrong(value, problem);
  for (const TemplatePart& part : *parts) {
    if (spec_.references && is_reference(part)) mention(value, part.text, false);
  }
  target->text = *text;
  return true;
}

bool ValueReader::assign(FieldReference* target, const ConfigValue& value) {
  const std::string* text = value.string();
  if (text == nullptr) return wrong_kind(value, "a field", "write it in quotes: \"Stream.field\"");
  mention(value, *text, false);
  target->text = *text;
  return true;
}

bool ValueReader::assign(StreamGlob* target, const ConfigValue& value) {
  const std::string* text = value.string();
  if (text == nullptr) return wrong_kind(value, "a pattern", "write it in quotes: \"Battery*\"");
  if (text->empty()) return wrong(value, "has an empty pattern: \"*\" is everything");
  mention(value, *text, true);
  target->glob = *text;
  return true;
}

template <class Named, class T>
bool ValueReader::assign_table(std::vector<Named>* target, T Named::*what, const ConfigValue& value,
                               std::string_view example) {
  const ConfigTable* table = value.table();
  if (table == nullptr) return wrong_kind(value, "a table", "for instance " + std::string(example));
  std::vector<Named> elements;
  bool good = true;
  for (const ConfigEntry& entry : table->entries) {
    Named& element = elements.emplace_back();
    element.name = entry.key;
    good = assign(&(element.*what), entry.value) && good;
  }
  if (good) *target = std::move(elements);
  return good;
}

bool ValueReader::assign(std::vector<NamedTemplate>* target, const ConfigValue& value) {
  return assign_table(target, &NamedTemplate::text, value, "{ name = \"text\" }");
}

bool ValueReader::assign(std::vector<NamedRate>* target, const ConfigValue& value) {
  return assign_table(target, &NamedRate::rate, value, "{ name = \"1/s\" }");
}

// One text stands for the same text of every stream.
bool ValueReader::assign(std::vector<TemplateRule>* target, const ConfigValue& value) {
  std::vector<TemplateRule> elements;
  bool good = true;
  if (const ConfigTable* table = value.table()) {
    for (const ConfigEntry& entry : table->entries) {
      TemplateRule& element = elements.emplace_back();
      good = assign(&element.streams, as_value(entry)) && good;
      good = assign(&element.text, entry.value) && good;
    }
  } else {
    elements.push_back({{"*"}, {}});
    good = assign(&elements.back().text, value);
  }
  if (good) *target = std::move(elements);
  return good;
}

}  // namespace cantrail
