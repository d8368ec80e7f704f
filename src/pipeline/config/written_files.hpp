// Whose files are whose: two stores in one file, or one in the journal, would damage each other.
#pragma once

#include <string>

#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "component/toml/config_value.hpp"
#include "pipeline/config/node_config.hpp"

namespace cantrail {

// Reports files of the log and of enabled sinks that another of them has, that the configuration or its DBCs
// are read from, that lie in the journal's folder, or that are there and are no regular files, at the key
// that names them, or at the section. `root`: the whole configuration. Looks at the file system, changes
// nothing.
void check_written_files(const NodeConfig& config, const ConfigTable& root, FileSystem& files,
                         Diagnostics& found);

}  // namespace cantrail
