// A configuration as plain data: what the TOML file says, and where it says it. Keys stand in the file's
// order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/diagnostic.hpp"

namespace cantrail {

struct ConfigTable;

// A date or a time of day: cantrail's options have none, but the message wants to name it.
struct ConfigDate {};

struct ConfigValue {
  SourceLocation where;
  std::variant<bool, std::int64_t, double, std::string, ConfigDate, std::vector<ConfigValue>,
               std::shared_ptr<ConfigTable>>
      value;

  [[nodiscard]] const ConfigTable* table() const;   // nullptr: it is none
  [[nodiscard]] const std::string* string() const;  // nullptr: it is none
};

struct ConfigEntry {
  std::string key;
  SourceLocation where;  // of the key
  ConfigValue value;
};

struct ConfigTable {
  std::string path;  // "source.can0"; empty: the whole file
  SourceLocation where;
  std::vector<ConfigEntry> entries;

  [[nodiscard]] const ConfigEntry* find(std::string_view key) const;  // nullptr: not there
};

// What a value is, for messages: "a string", "a whole number".
[[nodiscard]] std::string_view kind_of(const ConfigValue& value);

}  // namespace cantrail
