#include "component/reference.hpp"

#include <algorithm>

#include "component/option_text.hpp"

namespace cantrail {
namespace {

// A bar would end the cell.
std::string cell(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string code(const std::string& text) {
  return text.empty() ? std::string{} : "`" + cell(text) + "`";
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string capitalized(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') text.front() -= 'a' - 'A';
  return text;
}

std::string limits_of(const OptionSpec& spec) {
  if (!spec.choices.empty()) return choices_text(spec);
  std::string limits = range_text(spec);
  const auto add = [&](const std::string& placeholder) {
    limits += (limits.empty() ? "{" : " {") + placeholder + "}";
  };
  for (const std::string& name : spec.placeholders) add(name);
  if (spec.references) add("Stream.field");
  return limits;
}

}  // namespace

void OptionReference::option(const OptionSpec& spec) {
  Row row{key_of(spec), type_text(spec), default_text(spec), limits_of(spec), spec.sense};
  if (spec.required) row.value = "required";
  names_.push_back(row.name);
  rows_.push_back(std::move(row));
}

std::string OptionReference::markdown() const {
  std::string text = "| option | type | default | range | sense |\n|---|---|---|---|---|\n";
  for (const Row& row : rows_) {
    const std::string value = row.value == "required" ? "*required*" : code(row.value);
    text += "| `" + row.name + "` | " + row.type + " | " + value + " | " + cell(row.limits) + " | " +
            cell(capitalized(row.sense)) + " |\n";
  }
  return text;
}

std::string OptionReference::plain() const {
  std::size_t name = 0, type = 0, value = 0;
  for (const Row& row : rows_) {
    name = std::max(name, row.name.size());
    type = std::max(type, row.type.size());
    value = std::max(value, row.value.size());
  }
  std::string text;
  for (const Row& row : rows_) {
    text += padded(row.name, name) + "  " + padded(row.type, type) + "  " + padded(row.value, value) + "  " +
            row.sense + (row.limits.empty() ? "" : " (" + row.limits + ")") + "\n";
  }
  return text;
}

std::string reference_text(const ComponentInfo& component) {
  const bool is_source = component.kind == ComponentKind::source;
  std::string text = std::string(is_source ? "source " : "sink ") + std::string(component.type);
  if (!component.not_built.empty()) return text + "\nnot built: " + std::string(component.not_built) + "\n";
  OptionReference options;
  describe_options(component, options);
  return text + "\n" + std::string(component.summary) + "\n\n" + options.plain() + "\n" +
         std::string(component.sample);
}

}  // namespace cantrail
