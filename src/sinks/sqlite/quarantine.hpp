// A damaged history file is kept under another name, and a new one begun: the journal refills what it still
// has.
#pragma once

#include <string>

#include "component/context.hpp"

namespace cantrail::sqlite {

// For messages. Debian 12 builds sqlite3 without what its `.recover` needs.
inline constexpr const char* kRowsBack =
    "`.recover` of sqlite3 can get rows back, where it was built with it, as Debian's is not";

// Renames PATH and its write-ahead log to PATH.corrupt-TIME; returns the new name. No connection may be open.
Result<std::string> move_aside(const std::string& path, FileSystem& files, WallTime now);

}  // namespace cantrail::sqlite
