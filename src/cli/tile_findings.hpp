// What the tiles of a configuration name, held against the signals that its DBCs describe.
#pragma once

#include <vector>

#include "base/diagnostic.hpp"
#include "pipeline/config/node_config.hpp"
#include "server/page_tile.hpp"

namespace cantrail::cli {

// Warnings: the page leaves out what is not there. None where no DBC is read, since then nothing is known.
[[nodiscard]] Diagnostics findings_of_tiles(const std::vector<server::PageTile>& tiles,
                                            const NodeConfig& config);

}  // namespace cantrail::cli
