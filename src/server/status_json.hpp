// /api/status: the node's snapshot as JSON.
#pragma once

#include <string>
#include <vector>

#include "base/clock_trust.hpp"
#include "pipeline/status.hpp"
#include "server/process_stats.hpp"

namespace cantrail::server {

// `recent_gaps`: how many of the newest gaps to name.
[[nodiscard]] std::string status_json(const NodeStatus& status, const ProcessSample& process,
                                      const ClockTrust& clock, std::size_t recent_gaps = 100);

// Why the node is not ready, one sentence each; empty where nothing in the snapshot says so.
[[nodiscard]] std::vector<std::string> reasons_not_ready(const NodeStatus& status);

}  // namespace cantrail::server
