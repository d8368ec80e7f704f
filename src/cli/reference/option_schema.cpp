#include "cli/reference/option_schema.hpp"

#include <cmath>
#include <type_traits>

#include "component/option_text.hpp"
#include "component/quantity_patterns.hpp"
#include "component/toml/config_document.hpp"

namespace cantrail::cli {
namespace {

namespace json = boost::json;

json::object text_like(const std::string& pattern) {
  return {{"type", "string"}, {"pattern", pattern}};
}

json::object not_empty() {
  return {{"type", "string"}, {"minLength", 1}};
}

json::value number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

// One of them, or a list. A validator holds a string against the words for strings only, a list against those
// for lists, and so can say what is wrong with which; of `anyOf` it could only say that nothing fits.
json::object one_or_list(json::object one) {
  json::object either = one;
  either["type"] = json::array{one.at("type"), "array"};
  either["items"] = std::move(one);
  return either;
}

// What is written in the file for one kind of target.
class Shape {
 public:
  explicit Shape(const OptionSpec& spec) : spec_(spec) {}

  json::object of(const bool*) const { return {{"type", "boolean"}}; }
  json::object of(const std::int64_t*) const { return within_limits("integer"); }
  json::object of(const double*) const { return within_limits("number"); }
  json::object of(const std::string*) const {
    if (spec_.choices.empty()) return {{"type", "string"}};
    return {{"enum", json::array(spec_.choices.begin(), spec_.choices.end())}};
  }
  json::object of(const Duration*) const { return text_like(duration_pattern()); }
  json::object of(const Bytes*) const { return text_like(bytes_pattern()); }
  json::object of(const Rate*) const { return text_like(rate_pattern()); }
  json::object of(const Bandwidth*) const { return text_like(bandwidth_pattern()); }
  json::object of(const Path*) const { return not_empty(); }
  json::object of(const Secret*) const { return not_empty(); }  // the file's path
  json::object of(const StreamGlob*) const { return not_empty(); }
  json::object of(const FieldReference*) const { return {{"type", "string"}}; }
  json::object of(const Template*) const { return text_like(template_pattern(spec_)); }
  json::object of(const std::vector<NamedTemplate>*) const { return templates(); }
  json::object of(const std::vector<NamedRate>*) const {
    return {{"type", "object"}, {"additionalProperties", text_like(rate_pattern())}};
  }
  json::object of(const std::vector<TemplateRule>*) const {
    json::object table = templates();
    table["propertyNames"] = {{"minLength", 1}};
    table["type"] = json::array{"string", "object"};
    table["pattern"] = template_pattern(spec_);
    return table;
  }
  json::object of(const std::vector<Point>*) const {
    return {
        {"type", "array"},
        {"items", {{"type", "array"}, {"items", {{"type", "number"}}}, {"minItems", 2}, {"maxItems", 2}}}};
  }
  json::object of(const Keep*) const {
    constexpr int kKindsOfLimits = 3;
    json::object limits = one_or_list(text_like(keep_pattern()));
    limits["minItems"] = 1;
    limits["maxItems"] = kKindsOfLimits;
    limits["if"] = {{"minItems", 2}};
    limits["then"] = {{"items", {{"not", {{"pattern", "forever"}}}}}};
    return limits;
  }
  template <class T>
  json::object of(const std::vector<T>*) const {
    return one_or_list(of(static_cast<const T*>(nullptr)));
  }
  template <class T>
  json::object of(const std::optional<T>*) const {
    return of(static_cast<const T*>(nullptr));
  }

 private:
  json::object within_limits(const char* type) const {
    json::object shape{{"type", type}};
    if (spec_.minimum) shape["minimum"] = number(*spec_.minimum);
    if (spec_.maximum) shape["maximum"] = number(*spec_.maximum);
    return shape;
  }
  json::object templates() const {
    return {{"type", "object"}, {"additionalProperties", text_like(template_pattern(spec_))}};
  }

  const OptionSpec& spec_;
};

json::value as_json(const ConfigValue& value) {
  const auto convert = [](const auto& held) -> json::value {
    using Held = std::decay_t<decltype(held)>;
    if constexpr (std::is_same_v<Held, ConfigDate>) {
      return nullptr;
    } else if constexpr (std::is_same_v<Held, std::vector<ConfigValue>>) {
      json::array array;
      for (const ConfigValue& element : held) array.push_back(as_json(element));
      return array;
    } else if constexpr (std::is_same_v<Held, std::shared_ptr<ConfigTable>>) {
      json::object object;
      for (const ConfigEntry& entry : held->entries) object[entry.key] = as_json(entry.value);
      return object;
    } else {
      return json::value_from(held);
    }
  };
  return std::visit(convert, value.value);
}

// A value as TOML has it; nullopt: there is none.
std::optional<json::value> from_toml(const std::string& toml) {
  if (toml.empty()) return std::nullopt;
  const ConfigDocument document = parse_config("x = " + toml + "\n", "");
  const ConfigEntry* entry = document.root.find("x");
  return entry != nullptr ? std::optional(as_json(entry->value)) : std::nullopt;
}

}  // namespace

void OptionSchemas::option(const OptionSpec& spec) {
  const bool is_secret = std::holds_alternative<Secret*>(spec.target);
  json::object schema{{"description", spec.sense}};
  if (const std::string limits = range_text(spec); !limits.empty()) {
    schema["description"] = spec.sense + " (" + limits + ")";
  }
  const json::object shape =
      std::visit([&](const auto* target) { return Shape(spec).of(target); }, spec.target);
  schema.insert(shape.begin(), shape.end());
  if (!spec.required && !is_secret) {
    if (auto value = from_toml(default_text(spec))) schema["default"] = std::move(*value);
  }
  if (auto example = from_toml(spec.example)) schema["examples"] = json::array{std::move(*example)};
  const std::string key = key_of(spec);
  // Of a secret the environment and the credentials directory are as good.
  if (spec.required && !is_secret) required_.emplace_back(key);
  properties_[key] = std::move(schema);
}

}  // namespace cantrail::cli
