// Whether a time zone is one: names are those of the tz database, as browsers know them too.
#pragma once

#include <optional>
#include <string>

#include "base/file.hpp"

namespace cantrail {

// Where Linux keeps it: "Europe/Berlin" is a file there.
inline constexpr const char* kZoneFolder = "/usr/share/zoneinfo";

// What is wrong with the name, with the nearest; nullopt: nothing, or this machine has no such folder.
[[nodiscard]] std::optional<std::string> timezone_problem(const std::string& name, const std::string& folder,
                                                          FileSystem& files);

}  // namespace cantrail
