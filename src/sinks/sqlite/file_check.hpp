// Reads all that a history file holds, a little at a time, as those who ask would: what the disk has lost is
// found before anybody asks. SQLite's own check reads a whole file in one transaction, during which its log
// cannot be cut. Pages that are free hold nothing and are not looked at.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sinks/sqlite/database.hpp"

namespace cantrail::sqlite {

// One thread. Tables that are new since the first step are left out.
class FileCheck {
 public:
  struct Slice {
    std::uint64_t bytes = 256U << 10;
    std::chrono::nanoseconds time = std::chrono::milliseconds(100);
  };

  // Looks on where the last step ended, for about one slice, in a read transaction of its own. True: that was
  // the end. Fault: it could not look; again later. Any connection to the same file will do.
  Result<bool> step(Database& database, const Slice& slice);

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }  // of values, so far
  // What cannot be read to its end, as people understand it: "rows of … to … (packed_3: …)".
  [[nodiscard]] const std::vector<std::string>& damaged() const { return damaged_; }

 private:
  enum class Kind : std::uint8_t { plain, packed, rollup, index, small };
  struct Part {
    Kind kind = Kind::plain;
    std::string name;
    std::string table;  // of an index
  };
  // An absolute end of a slice.
  struct Budget {
    std::uint64_t bytes;
    std::chrono::steady_clock::time_point until;
  };

  Status list(Database& database);
  Result<bool> look_at(Database& database, const Part& part, const Budget& budget);
  Result<bool> look_at_keys(Database& database, const Part& part, const Budget& budget);
  Result<bool> look_at_index(Database& database, const Part& part, const Budget& budget);
  Result<bool> look_at_whole(Database& database, const Part& part);
  Result<bool> end_at(int code, Database& database, const Part& part);
  [[nodiscard]] bool over(const Budget& budget) const;
  void note_damage(Database& database, const Part& part, const std::string& why);
  void next_part();

  std::vector<Part> parts_;
  bool listed_ = false;
  std::size_t part_ = 0;
  std::int64_t key_ = kFirst;    // of a table: the next; of an index: its first column
  std::int64_t rowid_ = kFirst;  // of an index
  std::uint64_t bytes_ = 0;
  std::vector<std::string> damaged_;

  static constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
};

}  // namespace cantrail::sqlite
