// What parts of a node tell while a command looks at its files: on standard error.
#pragma once

#include <cstdio>

#include "component/context.hpp"

namespace cantrail::cli {

class StandardErrorLog final : public Log {
 public:
  void write(Severity severity, std::string_view who, std::string_view message) override {
    if (severity == Severity::note) return;
    std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(who.size()), who.data(),
                 static_cast<int>(message.size()), message.data());
  }
};

}  // namespace cantrail::cli
