// One configuration over another: a fragment of conf.d over the main file.
#pragma once

#include "base/diagnostic.hpp"
#include "component/toml/config_value.hpp"

namespace cantrail {

// Tables become one, at any depth; of anything else `over` replaces what `base` says. Every value keeps the
// place that it comes from. A section in one of them that is a value in the other is an error.
void merge_config(ConfigTable& base, ConfigTable over, Diagnostics& found);

}  // namespace cantrail
