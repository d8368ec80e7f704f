// What `check` finds in [component.NAME] beside the mistakes of each line: rules that no row will ever meet.
#pragma once

#include <vector>

#include "base/diagnostic.hpp"
#include "pipeline/config/node_config.hpp"
#include "server/component_rule.hpp"

namespace cantrail::cli {

// Warnings, at the rule's section: no DBC of the configuration has a message that the rule takes, or none of
// those has all the signals that it names; or one of its patterns fits no message. Copies are messages, too.
// Silent where the configuration names no DBC.
[[nodiscard]] Diagnostics idle_component_rules(const std::vector<server::ComponentRule>& rules,
                                               const NodeConfig& config);

}  // namespace cantrail::cli
