// The configuration as it counts in the end, with where each value came from.
#pragma once

#include <string>
#include <vector>

#include "component/toml/effective_value.hpp"

namespace cantrail {

struct EffectiveSection {
  std::string path;  // "sink.cloud"; empty: the top of the file
  std::vector<EffectiveValue> values;
};

using EffectiveConfig = std::vector<EffectiveSection>;

// As TOML. `with_origin`: each value's line ends with a comment that says where it came from.
[[nodiscard]] std::string to_toml(const EffectiveConfig& config, bool with_origin);

}  // namespace cantrail
