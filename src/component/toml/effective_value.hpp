// What counts in the end for one option, and where it came from.
#pragma once

#include <string>

#include "base/diagnostic.hpp"

namespace cantrail {

struct EffectiveValue {
  std::string key;
  std::string toml;    // as the file would say it; secrets as "***"; empty: there is none
  std::string origin;  // "flag --set server.listen", "environment WEB_PORT", "node.toml:3", "default"
};

// "node.toml:3" of a place in a file, "environment WEB_PORT", "flag --set server.listen".
[[nodiscard]] std::string origin_of(const SourceLocation& where);

}  // namespace cantrail
