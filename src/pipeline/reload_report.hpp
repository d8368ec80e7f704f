// What became of a reload: for log, status and the command that asked for it. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "pipeline/catalog_change.hpp"

namespace cantrail {

enum class ReloadOutcome : std::uint8_t {
  unchanged,  // nothing that a running node can change has changed
  applied,
  refused,      // the configuration is wrong; the node was not touched
  rolled_back,  // something did not open; what ran before runs again
};

[[nodiscard]] std::string_view to_string(ReloadOutcome outcome);

struct NamesChanged {
  std::vector<std::string> added, changed, removed;
  [[nodiscard]] bool none() const { return added.empty() && changed.empty() && removed.empty(); }
};

struct ReloadReport {
  ReloadOutcome outcome = ReloadOutcome::unchanged;
  WallTime at;
  std::vector<std::string> problems;  // why it was refused or rolled back, and what did not come back then
  NamesChanged sources, sinks;        // what was done, or was to be done
  CatalogChange streams;
  std::vector<std::string> needs_restart;  // keys that have changed and count at the next start
};

// One thing a line, the outcome first.
[[nodiscard]] std::vector<std::string> to_lines(const ReloadReport& report);

}  // namespace cantrail
