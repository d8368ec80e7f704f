// [source.NAME] and [sink.NAME]: what both kinds have in common.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "component/registry.hpp"
#include "component/toml/config_value.hpp"

namespace cantrail {

// The lane that feeds the page: the node's own, so no sink of the file has its name.
inline constexpr std::string_view kLiveLane = "live";

// The tables of [source.NAME] or [sink.NAME] in the file's order; what is no such section is reported and
// left out.
[[nodiscard]] std::vector<const ConfigEntry*> component_sections(const ConfigTable& table, ComponentKind kind,
                                                                 Diagnostics& found);

// The component of that type; nullptr: not in this build, which is reported at the section's `type`, or at
// its head where the name stands for the type.
[[nodiscard]] const ComponentInfo* component_of(std::span<const ComponentInfo> components, ComponentKind kind,
                                                const std::string& type, const ConfigEntry& section,
                                                Diagnostics& found);

// Keys of every source and of every sink, which components must not use for themselves.
struct SourceKeys {
  std::string type;
  std::vector<Path> dbc;
  bool optional = false;
  bool enabled = true;
  void describe(OptionVisitor& visitor);
};

struct SinkKeys {
  std::string type;
  bool enabled = true;
  Bytes queue{4U << 20};
  std::string from = "now";
  void describe(OptionVisitor& visitor);
};

}  // namespace cantrail
