// Most options of a component in one line: name, sense, where the value goes, an example.
#pragma once

#include "component/options.hpp"

namespace cantrail {

[[nodiscard]] inline OptionSpec option(const char* name, const char* sense, OptionTarget target,
                                       const char* example = "") {
  OptionSpec spec;
  spec.name = name;
  spec.sense = sense;
  spec.target = target;
  spec.example = example;
  return spec;
}

}  // namespace cantrail
