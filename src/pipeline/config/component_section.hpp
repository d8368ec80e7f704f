// [source.NAME] and [sink.NAME]: what both kinds have in common.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "component/registry.hpp"
#include "component/toml/config_value.hpp"
#include "pipeline/config/language.hpp"

namespace cantrail {

// The lane that feeds the page: the node's own, so no sink of the file has its name.
inline constexpr std::string_view kLiveLane = "live";

// The tables of [source.NAME] or [sink.NAME] in the file's order; what is no such section is reported and
// left out.
[[nodiscard]] std::vector<const ConfigEntry*> component_sections(const ConfigTable& table, ComponentKind kind,
                                                                 Diagnostics& found);

// What [source.NAME] or [sink.NAME] may say, with the components of this build.
[[nodiscard]] LanguageSection component_language(std::span<const ComponentInfo> components,
                                                 ComponentKind kind);

struct ComponentChoice {
  const ComponentInfo* component = nullptr;  // nullptr: reported at the section's `type`, or at its head
                                             // where the name stands for the type
  bool not_in_build = false;  // then: the type may be right, and a build that has it may know the keys
};

// `all`: the sections of that kind.
[[nodiscard]] ComponentChoice component_of(std::span<const ComponentInfo> components, ComponentKind kind,
                                           const std::string& type, const ConfigEntry& section,
                                           const ConfigTable& all, Diagnostics& found);

// Keys of every source and every sink that say where its other values come from.
struct OriginKeys {
  std::string like;  // another section's name; resolved before options are read
  Path env_file;
  void describe(OptionVisitor& visitor);
};

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
  std::optional<std::string> when_full;  // none: as the sink needs it
  std::vector<StreamGlob> only, except;
  std::optional<Rate> max_rate;
  bool on_change = false;
  void describe(OptionVisitor& visitor);
};

}  // namespace cantrail
