// Sections of one configuration that want the same address.
#pragma once

#include "base/diagnostic.hpp"
#include "pipeline/config/config_places.hpp"
#include "pipeline/config/node_config.hpp"
#include "server/server_options.hpp"

namespace cantrail::cli {

// Errors: only the first of them could have it. UDP and TCP are apart, and so are addresses of two
// interfaces; that of all interfaces meets each.
[[nodiscard]] Diagnostics findings_of_addresses(const NodeConfig& config, const server::ServerOptions& server,
                                                const ConfigPlaces& places);

}  // namespace cantrail::cli
