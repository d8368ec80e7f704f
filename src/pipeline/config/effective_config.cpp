#include "pipeline/config/effective_config.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "component/toml/toml_text.hpp"

namespace cantrail {
namespace {

constexpr std::size_t kWidest = 60;  // of a line, for its comment to stand in the column of the others

}  // namespace

std::string to_toml(const EffectiveConfig& config, bool with_origin) {
  std::size_t width = 0;
  for (const EffectiveSection& section : config) {
    for (const EffectiveValue& value : section.values) {
      const std::size_t length = toml_key(value.key).size() + 3 + value.toml.size();
      if (length <= kWidest) width = std::max(width, length);
    }
  }
  std::string text;
  for (const EffectiveSection& section : config) {
    if (!section.path.empty()) text += "\n[" + section.path + "]\n";
    for (const EffectiveValue& value : section.values) {
      std::string line = toml_key(value.key) + " = " + value.toml;
      if (with_origin) {
        line.resize(std::max(width, line.size()), ' ');
        line += "  # " + printable(value.origin, 500);
      }
      text += line + "\n";
    }
  }
  return text;
}

}  // namespace cantrail
