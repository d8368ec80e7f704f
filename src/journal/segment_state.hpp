// What one segment tells when it is scanned as a whole.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/file.hpp"
#include "base/status.hpp"
#include "journal/segments.hpp"
#include "model/batch.hpp"

namespace cantrail::journal {

inline constexpr std::uint64_t kStartBytes = 16U << 10U;  // where epoch and state record are looked for

struct SegmentState {
  std::uint32_t epoch = 0;
  bool has_start = false;  // its state record is whole: what follows is all that is known
  bool ended = false;      // the mark of an orderly stop is its last record
  std::optional<WallTime> last;
  std::map<std::string, SourcePosition> source_positions;
  std::uint64_t next_seq = 0;  // 0: it has no whole batch
  std::uint64_t next_record = 0;
  std::uint64_t torn_bytes = 0;  // behind its last whole record
};

// How far the wall clock is known to have come. Batches read it before they get their place, so neighbours
// can be the wrong way round by a moment; a longer step back is a clock that was set, and counts.
[[nodiscard]] WallTime later_clock(std::optional<WallTime> last, WallTime next);

// nullopt: damaged, unreadable or of another version.
[[nodiscard]] std::optional<SegmentHeader> read_segment_header(FileSystem& files, const Segment& segment);

// What it says before its first batch; what is damaged or unreadable of that is not there.
struct SegmentStart {
  std::optional<SegmentHeader> header;
  std::optional<EpochRecord> epoch;
  std::optional<StateRecord> state;
};
[[nodiscard]] SegmentStart read_segment_start(FileSystem& files, const Segment& segment,
                                              const JournalId& journal);
[[nodiscard]] Place place_of(const SegmentName& name, const SegmentStart& start);

// How much of a segment of an earlier epoch counts, as the one behind it says.
struct SegmentExtent {
  std::uint64_t end = 0;
  bool abandoned = false;      // it was given up before a batch was in it: nothing of it counts
  bool last_of_epoch = false;  // nobody says
};
[[nodiscard]] SegmentExtent extent_of(FileSystem& files, const Segments& segments, const Segment& segment,
                                      const JournalId& journal);

// Damage is no fault; a segment of another journal is as if it were empty. Faults: it cannot be read.
Result<SegmentState> read_segment_state(FileSystem& files, const Segment& segment, const JournalId& journal);

}  // namespace cantrail::journal
