// What this build contains. The list itself is written by the build from the folders of sources/ and sinks/,
// with explicit references: no static initialisers.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "component/frame_source.hpp"
#include "component/sink.hpp"

namespace cantrail {

enum class ComponentKind : std::uint8_t { source, sink };

struct ComponentInfo {
  ComponentKind kind = ComponentKind::source;
  std::string_view type;     // `type = "…"` in the configuration
  std::string_view summary;  // one line
  std::string_view sample;   // TOML that passes `check`; its README shows the same text
  std::unique_ptr<SourceConfig> (*make_source)() = nullptr;  // one of the two
  std::unique_ptr<SinkConfig> (*make_sink)() = nullptr;
  std::string_view not_built;  // where the build lacks a library: "libfoo"; then nothing can be made
};

// Sorted by kind, then type. Defined in the generated file.
[[nodiscard]] std::span<const ComponentInfo> components();

// Its options, with their defaults. Nothing of a component that is not built.
void describe_options(const ComponentInfo& component, OptionVisitor& visitor);

[[nodiscard]] const ComponentInfo* find_component(std::span<const ComponentInfo> list, ComponentKind kind,
                                                  std::string_view type);

}  // namespace cantrail
