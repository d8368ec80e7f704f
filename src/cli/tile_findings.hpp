// What the tiles of a configuration name, held against the signals that its DBCs describe.
#pragma once

#include <vector>

#include "base/diagnostic.hpp"
#include "pipeline/config/config_places.hpp"
#include "pipeline/config/node_config.hpp"
#include "server/page_tile.hpp"

namespace cantrail::cli {

// Warnings: the page leaves out what is not there. None where no DBC is read, since then nothing is known.
[[nodiscard]] Diagnostics findings_of_tiles(const std::vector<server::PageTile>& tiles,
                                            const NodeConfig& config);

// Titles with the labels of their first signal's stream in the place of {placeholders}; errors where there is
// no such label in the configuration.
[[nodiscard]] Diagnostics fill_titles(std::vector<server::PageTile>& tiles, const NodeConfig& config,
                                      const ConfigPlaces& places);

}  // namespace cantrail::cli
