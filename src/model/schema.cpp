#include "model/schema.hpp"

#include <algorithm>

namespace cantrail {

std::string_view to_string(FieldType type) {
  switch (type) {
    case FieldType::f64:
      return "f64";
    case FieldType::i64:
      return "i64";
    case FieldType::u64:
      return "u64";
    case FieldType::boolean:
      return "boolean";
    case FieldType::text:
      return "text";
    case FieldType::blob:
      return "blob";
  }
  return "?";
}

const std::string* FieldSchema::label_of(std::uint64_t word) const {
  const auto at =
      std::lower_bound(labels.begin(), labels.end(), word,
                       [](const Label& label, std::uint64_t wanted) { return label.word < wanted; });
  return at != labels.end() && at->word == word ? &at->text : nullptr;
}

std::optional<std::size_t> RowSchema::field(std::string_view field_name) const {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == field_name) return i;
  }
  return std::nullopt;
}

const std::string* RowSchema::label(std::string_view label_name) const {
  for (const auto& [key, value] : labels) {
    if (key == label_name) return &value;
  }
  return nullptr;
}

}  // namespace cantrail
