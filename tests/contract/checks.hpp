// The contract of components, one check a sentence. A check says what is broken; nothing: the sentence holds.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "component/registry.hpp"

namespace cantrail::contract {

struct Verdict {
  std::vector<std::string> complaints;
  std::string skipped;  // why the check says nothing about this component
};

struct Check {
  const char* name;  // the sentence, as a test's name
  Verdict (*run)(const ComponentInfo& component, const std::string& source_folder);
};

[[nodiscard]] std::span<const Check> description_checks();  // of every component
[[nodiscard]] std::span<const Check> probe_checks();        // of every component
[[nodiscard]] std::span<const Check> source_checks();
[[nodiscard]] std::span<const Check> sink_checks();

}  // namespace cantrail::contract
