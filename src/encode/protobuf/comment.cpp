#include "encode/protobuf/comment.hpp"

#include <bit>
#include <cstdio>
#include <limits>

#include "base/text.hpp"
#include "encode/number_text.hpp"
#include "model/frame.hpp"

namespace cantrail::encode::protobuf {
namespace {

std::string one_line(std::string_view text) {
  return printable(trim(text), std::numeric_limits<std::size_t>::max());
}

std::string number_text(double value) {
  std::string text;
  append_double(text, value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

std::string word_text(std::uint64_t word, FieldType type) {
  std::string text;
  if (type == FieldType::f64) return number_text(std::bit_cast<double>(word));
  if (type == FieldType::i64) {
    append_integer(text, static_cast<std::int64_t>(word));
  } else {
    append_unsigned(text, word);
  }
  return text;
}

class Comment {
 public:
  explicit Comment(std::string_view own_words) {
    for (const std::string_view line : split(trim(own_words), '\n')) {
      if (const std::string clean = one_line(line); !clean.empty()) add(clean);
    }
  }

  void add(std::string_view key, std::string_view value) {
    if (!value.empty()) add(one_line(key) + ": " + one_line(value));
  }

  void add_name(std::string_view original, std::string_view name) {
    if (original != name) add("name", original);
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void add(const std::string& line) { text_ += (text_.empty() ? "" : "\n") + line; }

  std::string text_;
};

}  // namespace

std::string field_comment(const FieldSchema& field, std::string_view name, bool with_labels) {
  Comment comment(field.comment);
  comment.add_name(field.name, name);
  comment.add("unit", field.unit);
  if (field.minimum && field.maximum) {
    comment.add("range", number_text(*field.minimum) + " to " + number_text(*field.maximum));
  } else if (field.minimum) {
    comment.add("minimum", number_text(*field.minimum));
  } else if (field.maximum) {
    comment.add("maximum", number_text(*field.maximum));
  }
  if (!with_labels) return comment.take();
  for (const Label& label : field.labels) {
    comment.add("value " + word_text(label.word, field.type), label.text);
  }
  return comment.take();
}

std::string message_comment(const RowSchema& schema, std::string_view name) {
  Comment comment(schema.comment);
  comment.add_name(schema.name, name);
  if (schema.can_id) {
    const bool extended = (*schema.can_id & kIdExtended) != 0;
    char id[32];
    std::snprintf(id, sizeof id, extended ? "0x%08X extended" : "0x%03X", *schema.can_id & kIdExtendedMask);
    comment.add("id", id);
    comment.add("length", std::to_string(schema.length_bytes));
  }
  if (schema.cycle_ms) comment.add("cycle", std::to_string(*schema.cycle_ms) + " ms");
  comment.add("sender", schema.sender);
  for (const auto& [key, value] : schema.labels) comment.add(key, value);
  return comment.take();
}

std::string label_comment(std::string_view label, std::string_view value_name) {
  return value_name.ends_with(label) ? "" : one_line(label);
}

}  // namespace cantrail::encode::protobuf
