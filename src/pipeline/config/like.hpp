// `like = "other"` of a source or a sink: it has everything of the other that it does not say itself.
#pragma once

#include <set>
#include <string>

#include "base/diagnostic.hpp"
#include "component/registry.hpp"
#include "component/toml/config_value.hpp"

namespace cantrail {

// Fills the sections of [source] or [sink] from those that they are like, chains too. A key is inherited
// whole: a table that a section says itself takes nothing from the other's. `type` is inherited as well, and
// where nobody says one it is the name of the last in the chain. Returns the names of the sections whose
// `like` leads nowhere or round in a circle, which is reported.
std::set<std::string, std::less<>> apply_like(ConfigTable& sections, ComponentKind kind, Diagnostics& found);

}  // namespace cantrail
