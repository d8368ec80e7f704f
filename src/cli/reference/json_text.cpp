#include "cli/reference/json_text.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "encode/json_writer.hpp"

namespace cantrail::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kWidest = 100;

void append(std::string& out, const json::value& value, std::size_t depth);

void new_line(std::string& out, std::size_t depth) {
  out += '\n';
  out.append(depth * 2, ' ');
}

void append_scalar(std::string& out, const json::value& value) {
  if (const json::string* text = value.if_string()) {
    encode::append_json_string(out, {text->data(), text->size()});
  } else if (const double* number = value.if_double()) {
    encode::append_json_double(out, *number);
  } else {
    out += json::serialize(value);
  }
}

bool is_scalar(const json::value& value) {
  return !value.is_object() && !value.is_array();
}

// On one line, or empty where that would be none to read.
std::string on_one_line(const json::array& array) {
  if (!std::all_of(array.begin(), array.end(), is_scalar)) return {};
  std::string text = "[";
  for (const json::value& element : array) {
    if (text.size() > 1) text += ", ";
    append_scalar(text, element);
  }
  return text.size() < kWidest ? text + "]" : std::string{};
}

void append_array(std::string& out, const json::array& array, std::size_t depth) {
  if (const std::string text = on_one_line(array); !text.empty()) {
    out += text;
    return;
  }
  char before = '[';
  for (const json::value& element : array) {
    out += before;
    before = ',';
    new_line(out, depth + 1);
    append(out, element, depth + 1);
  }
  new_line(out, depth);
  out += ']';
}

void append_object(std::string& out, const json::object& object, std::size_t depth) {
  if (object.empty()) {
    out += "{}";
    return;
  }
  char before = '{';
  for (const json::key_value_pair& member : object) {
    out += before;
    before = ',';
    new_line(out, depth + 1);
    encode::append_json_string(out, {member.key().data(), member.key().size()});
    out += ": ";
    append(out, member.value(), depth + 1);
  }
  new_line(out, depth);
  out += '}';
}

void append(std::string& out, const json::value& value, std::size_t depth) {
  if (const json::object* object = value.if_object()) {
    append_object(out, *object, depth);
  } else if (const json::array* array = value.if_array()) {
    append_array(out, *array, depth);
  } else {
    append_scalar(out, value);
  }
}

}  // namespace

std::string json_text(const json::value& value) {
  std::string out;
  append(out, value, 0);
  return out + "\n";
}

}  // namespace cantrail::cli
