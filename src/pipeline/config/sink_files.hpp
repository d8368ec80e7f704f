// Whose files are whose: two stores in one file, or one in the journal, would damage each other.
#pragma once

#include <string>

#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "component/toml/config_value.hpp"
#include "pipeline/config/node_config.hpp"

namespace cantrail {

// Reports files of enabled sinks that another sink has, that lie in the journal's folder, or that are there
// and are no regular files, at the sink's `path` in `sinks` (the table [sink]), or at its section. Looks at
// the file system, changes nothing.
void check_sink_files(const NodeConfig& config, const ConfigTable& sinks, FileSystem& files,
                      Diagnostics& found);

}  // namespace cantrail
