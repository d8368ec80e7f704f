// `check --connect`: a look at everything that a node would open. Nothing is started, and nothing is
// different afterwards.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "cli/node_file.hpp"

namespace cantrail::cli {

struct LookedAt {
  std::string kind, name;  // "sink", "history"; "journal", ""
  bool looked = false;     // false: there is nothing that can be looked at without starting it
  Diagnostics found;       // at their places in the file
};

// Sources, sinks, journal, server, in this order; what is not enabled, or not in this build, is left out.
// Precondition: the file's own mistakes are gone. An `optional` source has warnings only.
[[nodiscard]] std::vector<LookedAt> look_at_targets(const NodeFile& file, FileSystem& files, Clock& clock);

// As a list that is read: "sink history  ok".
[[nodiscard]] std::string to_text(const std::vector<LookedAt>& targets);

}  // namespace cantrail::cli
