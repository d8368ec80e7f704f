// The scenarios there are; scenario.hpp's make_scenario() chooses.
#pragma once

#include <memory>
#include <vector>

#include "decode/dbc/copies.hpp"
#include "decode/dbc/plan.hpp"
#include "sources/simulate/scenario.hpp"

namespace cantrail::simulate {

[[nodiscard]] Result<std::unique_ptr<Scenario>> make_leaf(std::shared_ptr<const dbc::DecodePlan> plan,
                                                          const ScenarioOptions& options);
[[nodiscard]] Result<std::unique_ptr<Scenario>> make_grow_room(std::shared_ptr<const dbc::DecodePlan> plan,
                                                               const ScenarioOptions& options);
// The nodes of a grow room: what its DBC describes is the first of them.
[[nodiscard]] std::vector<dbc::MessageCopies> grow_room_nodes();
// Any DBC: every signal goes up and down through its range, multiplexers step through their values.
[[nodiscard]] Result<std::unique_ptr<Scenario>> make_ramps(std::shared_ptr<const dbc::DecodePlan> plan,
                                                           const ScenarioOptions& options);

}  // namespace cantrail::simulate
