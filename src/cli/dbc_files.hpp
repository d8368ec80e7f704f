// DBC files named on the command line.
#pragma once

#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/status.hpp"
#include "model/catalog.hpp"

namespace cantrail::cli {

// Reads them all; the fault names the file that cannot be read.
[[nodiscard]] Result<std::vector<DbcText>> read_dbc_files(const std::vector<std::string>& paths,
                                                          FileSystem& files);

}  // namespace cantrail::cli
