// A configuration's values as text again.
#pragma once

#include <string>
#include <string_view>

#include "component/toml/config_value.hpp"

namespace cantrail {

// On one line; a table as an inline table. A date, which no option has, is written as an empty string.
[[nodiscard]] std::string toml_text(const ConfigValue& value);
// In quotes where it is no bare key.
[[nodiscard]] std::string toml_key(std::string_view key);

}  // namespace cantrail
