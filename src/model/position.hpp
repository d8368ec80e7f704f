// Where a record is in a journal. Never reused: journal_id names the journal, epoch one run of the node (made
// durable before the first append), seq the batch within the epoch (from 1), index the record within the
// batch (from 0).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cantrail {

struct JournalId {
  std::array<std::uint8_t, 16> bytes{};  // random
  auto operator<=>(const JournalId&) const = default;
};

// Comparable within one journal only. As a cursor it is exclusive: everything before it is in the sink, so
// the cursor after a whole batch is (epoch, seq + 1, 0).
struct Position {
  JournalId journal;
  std::uint32_t epoch = 0;
  std::uint64_t seq = 0;
  std::uint32_t index = 0;

  auto operator<=>(const Position&) const = default;
};

[[nodiscard]] std::string to_string(const JournalId& id);       // 32 hex digits
[[nodiscard]] std::string to_string(const Position& position);  // "epoch/seq/index", without the journal
[[nodiscard]] std::optional<JournalId> parse_journal_id(std::string_view text);

}  // namespace cantrail
