// Puts rows into the table of one partition: sixteen with one statement where their keys are known to be
// free, which spares work around each row, or one by one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sinks/sqlite/database.hpp"

namespace cantrail::sqlite {

struct RowValues {
  std::int64_t time_ns = 0;
  std::int64_t stream = 0, origin = 0;
  std::uint64_t seq = 0;
  std::uint32_t index = 0;
  std::optional<std::uint32_t> can_id;  // where it is not the stream's
  std::span<const std::uint8_t> data;
  std::string_view signals;
  std::string_view labels;  // empty: none
};

// Without allocation after warm-up.
class RowInserter {
 public:
  explicit RowInserter(Database& database) : database_(database) {}

  // Must be empty. Rows go into this table from now on.
  Status use(const std::string& table);
  void close();  // lets go of the table; rows that wait are forgotten
  [[nodiscard]] bool is_open() const { return static_cast<bool>(one_); }

  // A row whose key is free for sure; copied, and written with later ones.
  Status append(const RowValues& row, std::int64_t key);
  Status flush();

  // Writes this row now, after those that wait: SQLITE_DONE or an error code. Where the key is taken nothing
  // happens, and `taken` says so.
  Result<int> try_one(const RowValues& row, std::int64_t key, bool& taken);

  static constexpr std::size_t kMostCopied = std::size_t{16} * 1024;  // larger rows are not for append()

 private:
  static constexpr std::size_t kGroup = 16;

  struct Waiting {
    RowValues row;  // its texts point into texts_ only while it is written
    std::int64_t key = 0;
    std::size_t start = 0;  // in texts_: data, signals, labels, one behind the other
  };

  static void bind(Statement& statement, int first, const RowValues& row, std::int64_t key);
  void locate(Waiting& waiting) const;

  Database& database_;
  Statement one_, group_;
  std::vector<Waiting> waiting_;
  std::string texts_;
};

}  // namespace cantrail::sqlite
