#include "encode/protobuf/names.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail::encode::protobuf {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// What protoc 3.21 compares: without case and underscores.
std::string fold(std::string_view name) {
  std::string folded;
  for (const char c : name) {
    if (c != '_') folded += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return folded;
}

std::string fold_value(std::string_view name, std::string_view enum_name) {
  const std::string folded = fold(name), prefix = fold(enum_name);
  return folded.starts_with(prefix) && folded != prefix ? folded.substr(prefix.size()) : folded;
}

}  // namespace

std::string legal_letters(std::string_view text) {
  std::string name;
  while (!text.empty() && name.size() < kMostNameBytes) {
    const char c = text.front();
    if (is_letter(c) || is_digit(c)) {
      name += c;
    } else if (c != '(' && c != ')') {
      name += '_';
    }
    text.remove_prefix(std::max<std::size_t>(utf8_length(text), 1));
  }
  return name.find_first_not_of('_') == std::string::npos ? "" : name;
}

std::string legal_name(std::string_view text, std::string_view otherwise) {
  std::string name = legal_letters(text);
  if (name.empty()) return std::string(otherwise);
  return is_digit(name.front()) ? "_" + name : name;
}

std::string number_letters(std::int32_t number) {
  const std::string digits = std::to_string(number);
  return number < 0 ? "minus_" + digits.substr(1) : digits;
}

// Names hold no '/': what does is a key.
template <class Key>
std::string NameScope::take_unless(std::string_view wanted, Key key) {
  std::string name(wanted);
  unsigned& next = next_suffix_.try_emplace(key(name), 2).first->second;
  while (taken_.contains(name) || taken_.contains(key(name))) {
    name = std::string(wanted) + "_" + std::to_string(next++);
  }
  taken_.insert(key(name));
  taken_.insert(name);
  return name;
}

std::string NameScope::take(std::string_view wanted) {
  return take_unless(wanted, [](std::string_view name) { return "/" + std::string(name); });
}

std::string NameScope::take_field(std::string_view wanted) {
  return take_unless(wanted, [](std::string_view name) { return "field/" + fold(name); });
}

std::string NameScope::take_oneof(std::string_view field) {
  std::string name = (field.starts_with('_') ? "" : "_") + std::string(field);
  while (taken_.contains(name)) name = "X" + name;
  taken_.insert(name);
  return name;
}

std::string NameScope::take_value(std::string_view wanted, std::string_view enum_name, std::int32_t number) {
  const auto key = [&](std::string_view name) {
    return std::string(enum_name) + "/" + fold_value(name, enum_name);
  };
  if (!taken_.contains(wanted) && !taken_.contains(key(wanted))) return take_unless(wanted, key);
  return take_unless(std::string(wanted) + "_" + number_letters(number), key);
}

}  // namespace cantrail::encode::protobuf
