#include "sources/simulate/scenario.hpp"

#include "decode/dbc/parser.hpp"
#include "sources/simulate/scenarios.hpp"

namespace cantrail::simulate {

Result<std::unique_ptr<Scenario>> make_scenario(const ScenarioOptions& options, Diagnostics& diagnostics) {
  const bool is_leaf = options.name == "leaf";
  if (!is_leaf && options.dbc_text.empty()) {
    return Fault{FaultKind::config,
                 "there is no scenario '" + options.name + "'; known: leaf, or the path of a DBC file"};
  }
  const std::string& text = options.dbc_text.empty() ? leaf_dbc() : options.dbc_text;
  auto parsed = dbc::parse(text, is_leaf ? "leaf.dbc" : options.name);
  if (!parsed) return Fault{FaultKind::config, parsed.fault().message};
  diagnostics.insert(diagnostics.end(), parsed->diagnostics.begin(), parsed->diagnostics.end());
  auto plan = dbc::DecodePlan::compile(parsed->database, diagnostics);
  return is_leaf ? make_leaf(std::move(plan), options) : make_ramps(std::move(plan), options);
}

}  // namespace cantrail::simulate
