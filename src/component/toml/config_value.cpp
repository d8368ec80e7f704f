#include "component/toml/config_value.hpp"

#include <algorithm>
#include <array>

namespace cantrail {

const ConfigTable* ConfigValue::table() const {
  const auto* held = std::get_if<std::shared_ptr<ConfigTable>>(&value);
  return held != nullptr ? held->get() : nullptr;
}

const std::string* ConfigValue::string() const {
  return std::get_if<std::string>(&value);
}

const ConfigEntry* ConfigTable::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const ConfigEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

std::string_view kind_of(const ConfigValue& value) {
  constexpr std::array<std::string_view, 7> kKinds{
      "true or false", "a whole number", "a number with a fraction", "a string", "a date",
      "a list",        "a table"};
  return kKinds[value.value.index()];
}

}  // namespace cantrail
