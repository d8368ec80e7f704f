// A damaged history file is kept under another name, and a new one begun: the journal refills what it still
// has.
#pragma once

#include <string>

#include "component/context.hpp"

namespace cantrail::sqlite {

// Renames PATH and its write-ahead log to PATH.corrupt-TIME; returns the new name. No connection may be open.
Result<std::string> move_aside(const std::string& path, FileSystem& files, WallTime now);

}  // namespace cantrail::sqlite
