// Reads TOML text (https://toml.io, version 1.0) into plain tables. The one place that knows the TOML
// library.
#pragma once

#include <string>
#include <string_view>

#include "base/diagnostic.hpp"
#include "component/toml/config_value.hpp"

namespace cantrail {

struct ConfigDocument {
  ConfigTable root;
  Diagnostics diagnostics;  // the syntax error, if there is one; then the root is empty
};

// `file` is what positions name; nothing is opened. Columns count bytes.
[[nodiscard]] ConfigDocument parse_config(std::string_view text, const std::string& file);

}  // namespace cantrail
