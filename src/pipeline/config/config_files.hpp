// The main file of a configuration and the fragments in the folder conf.d beside it, as one.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "component/toml/config_value.hpp"

namespace cantrail {

struct ConfigFiles {
  ConfigTable root;                // each value with the place that it comes from
  std::vector<std::string> names;  // of the files, in the order in which they were read
  Diagnostics found;
  bool readable = true;  // false: a file that cannot be read or is no TOML; then `root` counts for nothing
};

// The text stands for the main file at `path`; fragments are those of the first function only.
[[nodiscard]] ConfigFiles read_config_files(FileSystem& files, const std::string& path);
[[nodiscard]] ConfigFiles read_config_text(std::string_view text, const std::string& path);

}  // namespace cantrail
