#include "sources/simulate/scenario.hpp"

#include "decode/dbc/parser.hpp"
#include "sources/simulate/scenarios.hpp"

namespace cantrail::simulate {

bool is_built_in(std::string_view scenario) {
  return scenario == "leaf" || scenario == "grow-room";
}

std::string no_such_scenario(const std::string& name) {
  return "there is no scenario '" + name + "'; known: leaf, grow-room, or the path of a DBC file";
}

Result<std::unique_ptr<Scenario>> make_scenario(const ScenarioOptions& options, Diagnostics& diagnostics) {
  const bool is_grow_room = options.name == "grow-room";
  if (!is_built_in(options.name) && options.dbc_text.empty()) {
    return Fault{FaultKind::config, no_such_scenario(options.name)};
  }
  const std::string& own = is_grow_room ? grow_room_dbc() : leaf_dbc();
  const std::string& text = options.dbc_text.empty() ? own : options.dbc_text;
  auto parsed = dbc::parse(text, is_built_in(options.name) ? options.name + ".dbc" : options.name);
  if (!parsed) return Fault{FaultKind::config, parsed.fault().message};
  diagnostics.insert(diagnostics.end(), parsed->diagnostics.begin(), parsed->diagnostics.end());
  if (is_grow_room) dbc::apply_copies(parsed->database, grow_room_nodes(), diagnostics);
  auto plan = dbc::DecodePlan::compile(parsed->database, diagnostics, {.protocols = false});
  if (is_grow_room) return make_grow_room(std::move(plan), options);
  return options.name == "leaf" ? make_leaf(std::move(plan), options) : make_ramps(std::move(plan), options);
}

}  // namespace cantrail::simulate
