// For tests: the folder of real logs and DBC files, which is not part of the project.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

#include "base/file.hpp"

namespace cantrail {

// The environment variable CANTRAIL_SHARED_DATA, else ../shared/data beside the project; nullopt if absent.
inline std::optional<std::string> shared_data() {
  const char* named = std::getenv("CANTRAIL_SHARED_DATA");
  std::string path = named != nullptr ? named : CANTRAIL_SOURCE_DIR "/../shared/data";
  if (!real_file_system().exists(path)) return std::nullopt;
  return path;
}

}  // namespace cantrail
