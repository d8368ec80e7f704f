#include "component/toml/toml_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "component/option_text.hpp"

namespace cantrail {
namespace {

std::string written(bool value) {
  return value ? "true" : "false";
}
std::string written(std::int64_t value) {
  return std::to_string(value);
}
std::string written(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  std::string number(text.data(), end);
  const bool is_whole = number.find_first_not_of("-0123456789") == std::string::npos;
  return is_whole ? number + ".0" : number;
}
std::string written(const std::string& value) {
  return quoted_text(value);
}
std::string written(ConfigDate) {
  return "\"\"";
}
std::string written(const std::vector<ConfigValue>& values) {
  std::string text;
  for (const ConfigValue& value : values) text += (text.empty() ? "" : ", ") + toml_text(value);
  return "[" + text + "]";
}
std::string written(const std::shared_ptr<ConfigTable>& table) {
  std::string text;
  for (const ConfigEntry& entry : table->entries) {
    text += (text.empty() ? "" : ", ") + toml_key(entry.key) + " = " + toml_text(entry.value);
  }
  return text.empty() ? "{}" : "{ " + text + " }";
}

}  // namespace

std::string toml_text(const ConfigValue& value) {
  return std::visit([](const auto& one) { return written(one); }, value.value);
}

std::string toml_key(std::string_view key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? std::string(key) : quoted_text(key);
}

}  // namespace cantrail
