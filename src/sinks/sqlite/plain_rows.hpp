// Plain rows of a minute in columns, as those of packed ones; and single rows taken out and put in again.
// Within the writer's transaction.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/schema.hpp"
#include "sinks/sqlite/database.hpp"
#include "sinks/sqlite/row_inserter.hpp"
#include "sinks/sqlite/stored_chunk.hpp"

namespace cantrail::sqlite {

// The values of one row, of its `signals`: a number with '.' or 'e' is f64, another i64, or u64 beyond it.
struct PlainValues {
  std::string shape;  // names and types: rows of one shape have the same columns
  std::vector<std::uint64_t> words;
  std::vector<std::string> texts;  // of text fields, in their order
};

// Not thread-safe.
class PlainRows {
 public:
  explicit PlainRows(Database& database) : database_(database) {}

  // Rows of the minute, of one stream only if it is named: a chunk for those of one stream and origin that
  // have the same signals, in the order of their records. `most_tie`: the partition's. Schemas stay as long
  // as this; they say the units that the file had when it was first asked for the stream.
  Status add_minute(std::int64_t partition, std::int64_t minute, std::int64_t most_tie,
                    std::optional<std::int64_t> stream, std::vector<StoredChunk>& chunks);

  Status remove(std::int64_t partition, std::int64_t key);
  // Under this key or, where it is taken, the next free one behind the row's time. Returns the key.
  Result<std::int64_t> put(std::int64_t partition, const RowValues& row, std::int64_t key);

 private:
  struct Found {
    std::int64_t time_ns = 0, seq = 0, record = 0;
    PlainRow row;
    PlainValues values;
  };
  struct Group {  // of chunks
    std::int64_t stream = 0, origin = 0;
    std::string shape;
    auto operator<=>(const Group&) const = default;
  };

  Result<const RowSchema*> schema_of(std::int64_t stream, const std::string& shape,
                                     const std::string& signals);
  Result<StoredChunk> chunk_of(std::int64_t partition, const Group& group, std::vector<Found>& rows);
  Status use(std::int64_t partition);
  Result<bool> try_put(const RowValues& row, std::int64_t key);
  Result<std::int64_t> free_key(const RowValues& row);

  Database& database_;
  std::map<std::pair<std::int64_t, std::string>, RowSchema> schemas_;  // by stream and shape
  std::map<std::int64_t, std::map<std::string, std::string>> units_;   // by stream and signal
  std::int64_t partition_ = 0;                                         // that the statements are of
  Statement remove_, insert_, next_free_;
  std::int64_t last_time_ns_ = 0, last_key_ = 0;  // of the last row that was put
};

}  // namespace cantrail::sqlite
