// The tables of a history file, and how a connection is set up. README.md describes them for people who query
// the file themselves.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.hpp"
#include "sinks/sqlite/database.hpp"

namespace cantrail::sqlite {

inline constexpr std::int64_t kApplicationId = 0x63616E74;  // "cant"
// 2: rollups and packed rows. 3: rollups with exceptions, which a program that knows 2 takes for damage.
inline constexpr std::int64_t kSchemaVersion = 3, kSecondSchema = 2;
inline constexpr std::int64_t kFirstSchema =
    1;  // upgraded in place: its rows stay, rollups begin with the next one

// A row whose text and data are larger than this together is refused.
inline constexpr int kMostRowBytes = 1 << 20;

// Fault `config`: a database with tables that carries these numbers is another program's, or a newer
// cantrail's.
Status check_owner(const std::string& path, std::int64_t application_id, std::int64_t schema_version);

// Pragmas of the writer, then tables where there are none. Faults: config (made by a newer cantrail, or no
// history at all), corrupt, and what the disk says.
Status prepare_file(Database& database, std::uint64_t wal_keep_bytes);

// The table of one partition: of packed rows, or of one row each.
[[nodiscard]] std::string packed_table(std::int64_t partition);
[[nodiscard]] std::string create_packed_table(std::int64_t partition);
[[nodiscard]] std::string rows_table(std::int64_t partition);
[[nodiscard]] std::string create_rows_table(std::int64_t partition);
// For message filters; made when the partition is closed, because sorted at once it costs a fraction of what
// it would row by row.
[[nodiscard]] std::string create_rows_index(std::int64_t partition);

// (Re)creates the view `frames` over all partitions that are not packed, for people: it is not used here.
Status create_view(Database& database);

}  // namespace cantrail::sqlite
