#include "component/registry.hpp"

#include <algorithm>

namespace cantrail {

void describe_options(const ComponentInfo& component, OptionVisitor& visitor) {
  if (component.make_source != nullptr) component.make_source()->describe(visitor);
  if (component.make_sink != nullptr) component.make_sink()->describe(visitor);
}

const ComponentInfo* find_component(std::span<const ComponentInfo> list, ComponentKind kind,
                                    std::string_view type) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const ComponentInfo& component) {
    return component.kind == kind && component.type == type;
  });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace cantrail
