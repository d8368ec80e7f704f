// What the cap has taken from the front of the journal: FOLDER/removed, replaced atomically before a segment
// goes. By it a reader knows what the cap took from what somebody removed, and since when something is
// missing where the bytes that would tell are gone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hpp"
#include "base/status.hpp"
#include "base/time.hpp"
#include "journal/format.hpp"

namespace cantrail::journal {

// Where a segment began.
struct Place {
  SegmentName name;
  std::optional<WallTime> begun;
  std::optional<std::uint64_t> next_record;  // records of its epoch before it
  bool operator==(const Place&) const = default;
};

struct Removed {
  static constexpr std::size_t kMostPlaces = 128;

  std::vector<Place> taken;  // ascending, before kept_from, with times; of older ones only some
  Place kept_from;           // what lies before it the cap has taken, or takes now; nothing from here on

  void advance(const Place& to);  // kept_from moves on; not back
  // The last one at or before `at`; nullptr: none is known.
  [[nodiscard]] const Place* before(const SegmentName& at) const;
  bool operator==(const Removed&) const = default;
};

[[nodiscard]] std::string to_text(const Removed& removed, const JournalId& journal);
// nullopt: damaged, or of another journal.
[[nodiscard]] std::optional<Removed> parse_removed(std::string_view text, const JournalId& journal);

// Durable when it returns ok.
Status write_removed(FileSystem& files, const std::string& folder, const JournalId& journal,
                     const Removed& removed);
// nullopt: absent, damaged or of another journal. Fault: it is there and cannot be read.
Result<std::optional<Removed>> read_removed(FileSystem& files, const std::string& folder,
                                            const JournalId& journal);

}  // namespace cantrail::journal
