// Rows and times as the API writes them.
#pragma once

#include <string_view>

#include "base/time.hpp"
#include "component/history.hpp"
#include "encode/json_writer.hpp"
#include "model/gap.hpp"
#include "server/live_state.hpp"

namespace cantrail::server {

// "KEY": RFC 3339 with nanoseconds, and "KEY_ns": the same as a string of digits, exact for every reader.
void write_time(encode::JsonWriter& json, std::string_view key, WallTime time);

// `with_units`: false where the reader knows them from a row before.
void write_row(encode::JsonWriter& json, const LatestRow& row, const ClockPair& now, bool with_units);
void write_row(encode::JsonWriter& json, const HistoryRow& row);
void write_gap(encode::JsonWriter& json, const GapRecord& gap);

// Patterns over "Message" or "channel:Message", empty: all; and over channels.
struct RowFilter {
  std::string message, channel;
  [[nodiscard]] bool takes(const LatestRow& row) const;
};

}  // namespace cantrail::server
