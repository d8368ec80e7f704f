// Reads a DBC file. Pure: no I/O, no exceptions.
#pragma once

#include <string>
#include <string_view>

#include "base/diagnostic.hpp"
#include "base/status.hpp"
#include "decode/dbc/database.hpp"

namespace cantrail::dbc {

struct Parsed {
  Database database;
  Diagnostics diagnostics;  // warnings, in the order of the file; `where.file` is `file_name`
};

// A statement that cannot be understood costs only itself and leaves one warning; everything else is kept.
// Fault `rejected` (message "FILE: no DBC file: …") only for text without a single DBC statement.
// `text` is the bytes of the file: UTF-8 (with or without a byte order mark), else taken as CP1252. Time and
// memory are linear in its size, for hostile input too.
[[nodiscard]] Result<Parsed> parse(std::string_view text, std::string_view file_name);

}  // namespace cantrail::dbc
