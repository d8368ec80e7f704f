// The scenarios there are; scenario.hpp's make_scenario() chooses.
#pragma once

#include <memory>

#include "decode/dbc/plan.hpp"
#include "sources/simulate/scenario.hpp"

namespace cantrail::simulate {

[[nodiscard]] Result<std::unique_ptr<Scenario>> make_leaf(std::shared_ptr<const dbc::DecodePlan> plan,
                                                          const ScenarioOptions& options);
// Any DBC: every signal goes up and down through its range, multiplexers step through their values.
[[nodiscard]] Result<std::unique_ptr<Scenario>> make_ramps(std::shared_ptr<const dbc::DecodePlan> plan,
                                                           const ScenarioOptions& options);

}  // namespace cantrail::simulate
