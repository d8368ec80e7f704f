#include "decode/catalog/row_definition.hpp"

#include <algorithm>
#include <optional>

#include <boost/json.hpp>

#include "base/text.hpp"

namespace cantrail {
namespace {

namespace json = boost::json;

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  const json::string* text = found != nullptr ? found->if_string() : nullptr;
  return text != nullptr ? std::string(text->data(), text->size()) : std::string();
}

std::optional<double> number_at(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  return found->to_number<double>();
}

std::optional<std::uint64_t> word_of(const json::value& value) {
  boost::system::error_code error;
  const auto word = value.to_number<std::uint64_t>(error);
  return error ? std::nullopt : std::optional(word);
}

std::optional<FieldType> type_of(std::string_view word) {
  for (const FieldType type : {FieldType::f64, FieldType::i64, FieldType::u64, FieldType::boolean,
                               FieldType::text, FieldType::blob}) {
    if (word == to_string(type)) return type;
  }
  return std::nullopt;
}

json::object write_field(const FieldSchema& field) {
  json::object out{
      {"name", as_utf8(field.name)}, {"type", to_string(field.type)}, {"unit", as_utf8(field.unit)}};
  if (field.minimum) out["minimum"] = *field.minimum;
  if (field.maximum) out["maximum"] = *field.maximum;
  if (!field.comment.empty()) out["comment"] = as_utf8(field.comment);
  if (field.optional) out["optional"] = true;
  if (field.labels.empty()) return out;
  json::array labels;
  for (const Label& label : field.labels) labels.push_back(json::array{label.word, as_utf8(label.text)});
  out["labels"] = std::move(labels);
  return out;
}

bool read_labels(const json::value* value, std::vector<Label>& labels) {
  if (value == nullptr) return true;
  if (!value->is_array()) return false;
  for (const json::value& entry : value->get_array()) {
    const json::array* pair = entry.if_array();
    if (pair == nullptr || pair->size() != 2 || !pair->at(1).is_string()) return false;
    const auto word = word_of(pair->at(0));
    if (!word) return false;
    labels.push_back({*word, std::string(pair->at(1).get_string())});
  }
  return std::is_sorted(labels.begin(), labels.end(),
                        [](const Label& a, const Label& b) { return a.word < b.word; });
}

bool read_row_labels(const json::value* value, RowSchema& row) {
  if (value == nullptr) return true;
  if (!value->is_array()) return false;
  for (const json::value& entry : value->get_array()) {
    const json::array* pair = entry.if_array();
    if (pair == nullptr || pair->size() != 2 || !pair->at(0).is_string() || !pair->at(1).is_string())
      return false;
    row.labels.emplace_back(pair->at(0).get_string(), pair->at(1).get_string());
  }
  return true;
}

bool read_field(const json::value& value, FieldSchema& field) {
  const json::object* object = value.if_object();
  if (object == nullptr) return false;
  const auto type = type_of(text_at(*object, "type"));
  field.name = text_at(*object, "name");
  if (!type || field.name.empty()) return false;
  field.type = *type;
  field.unit = text_at(*object, "unit");
  field.minimum = number_at(*object, "minimum");
  field.maximum = number_at(*object, "maximum");
  field.comment = text_at(*object, "comment");
  const json::value* optional = object->if_contains("optional");
  field.optional = optional != nullptr && optional->is_bool() && optional->get_bool();
  return read_labels(object->if_contains("labels"), field.labels);
}

}  // namespace

json::object write_row_definition(const RowSchema& row) {
  json::array fields;
  for (const FieldSchema& field : row.fields) fields.push_back(write_field(field));
  json::object out{{"name", as_utf8(row.name)}, {"fields", std::move(fields)}};
  if (!row.comment.empty()) out["comment"] = as_utf8(row.comment);
  if (row.cycle_ms) out["cycle_ms"] = *row.cycle_ms;
  if (row.labels.empty()) return out;
  json::array labels;
  for (const auto& [name, value] : row.labels) labels.push_back(json::array{as_utf8(name), as_utf8(value)});
  out["labels"] = std::move(labels);
  return out;
}

std::shared_ptr<const RowSchema> read_row_definition(const json::value& value) {
  const json::object* object = value.if_object();
  const json::value* fields = object != nullptr ? object->if_contains("fields") : nullptr;
  if (fields == nullptr || !fields->is_array()) return nullptr;
  auto row = std::make_shared<RowSchema>();
  row->name = text_at(*object, "name");
  row->comment = text_at(*object, "comment");
  if (row->name.empty()) return nullptr;
  if (const json::value* cycle = object->if_contains("cycle_ms")) {
    const auto milliseconds = word_of(*cycle);
    if (!milliseconds || *milliseconds > 0xFFFFFFFFU) return nullptr;
    row->cycle_ms = static_cast<std::uint32_t>(*milliseconds);
  }
  if (!read_row_labels(object->if_contains("labels"), *row)) return nullptr;
  for (const json::value& field : fields->get_array()) {
    if (!read_field(field, row->fields.emplace_back())) return nullptr;
  }
  return row;
}

}  // namespace cantrail
