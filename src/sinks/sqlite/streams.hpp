// The dictionaries of a history file: streams and origins get small numbers there, so that a row names its
// channel, message, journal and epoch in two bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/catalog.hpp"
#include "model/position.hpp"
#include "sinks/sqlite/database.hpp"

namespace cantrail::sqlite {

// Used inside the writer's transaction. After a rollback and for another catalog: forget().
class Streams {
 public:
  explicit Streams(Database& database) : database_(database) {}

  struct Entry {
    std::int64_t id = 0;                  // 0: not looked up yet
    std::optional<std::uint32_t> can_id;  // rows with another identifier (J1939) carry it themselves
    std::int64_t layout = 0;              // of packed rows
    std::vector<std::uint32_t> slots;     // the number of each field in the stream's list of signals
  };

  void forget();
  // Looks the stream up, and enters it or new signal names of it. The reference holds until forget().
  Result<const Entry*> entry(const Catalog& catalog, StreamId stream);
  Result<std::int64_t> origin(const Position& position);

 private:
  Result<Entry> find_or_enter(const std::string& channel, const RowSchema& row);
  Result<Entry> enter_fields(Entry entry, const RowSchema& row, std::string_view known);
  Status enter_signals(Entry& entry, const RowSchema& row, std::string_view known);
  Status enter_layout(Entry& entry, const RowSchema& row);

  Database& database_;
  std::vector<Entry> entries_;
  std::int64_t origin_ = 0;
  JournalId origin_journal_;
  std::uint32_t origin_epoch_ = 0;
};

// What rows say as their channel: the bus, or the source for rows that come from none.
[[nodiscard]] std::string channel_of(const Catalog& catalog, StreamId stream);

}  // namespace cantrail::sqlite
