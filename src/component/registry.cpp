#include "component/registry.hpp"

#include <algorithm>

namespace cantrail {

const ComponentInfo* find_component(std::span<const ComponentInfo> list, ComponentKind kind,
                                    std::string_view type) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const ComponentInfo& component) {
    return component.kind == kind && component.type == type;
  });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace cantrail
