#include "journal/seek.hpp"

#include <algorithm>

#include "journal/batch_codec.hpp"
#include "journal/scan.hpp"
#include "journal/segment_state.hpp"

namespace cantrail::journal {
namespace {

void read_times(FileSystem& files, Segment& segment, const JournalId& journal) {
  std::int64_t begun = Segment::kUnknown, before = Segment::kUnknown;
  if (const auto file = files.open(segment.path, OpenMode::read)) {
    std::array<std::byte, sizeof(SegmentHeader)> bytes{};
    const auto got = (*file)->read_at(0, bytes);
    const auto header = got ? parse_header(std::span(bytes).first(*got)) : std::nullopt;
    if (header) begun = header->wall_ns;
    // Within an epoch the header alone is enough.
    const bool look_further = header && header->previous_end == 0;
    RecordScan scan(**file, segment_seed(journal, segment.name.epoch, segment.name.first_seq));
    while (look_further && before == Segment::kUnknown) {
      const auto record = scan.next(std::min<std::uint64_t>(kStartBytes, segment.end));
      if (!record || !*record) break;
      StateRecord state;
      if ((*record)->type != RecordType::state || !load((*record)->payload, state)) continue;
      if (state.has_last == 0) break;
      before = state.last_wall_ns;
    }
  }
  segment.before_ns.store(before, std::memory_order_relaxed);
  segment.begun_ns.store(begun, std::memory_order_release);
}

// False only if everything in it was sealed before `time`, as the segment behind it says.
bool may_hold(FileSystem& files, Segment& segment, Segment& next, const JournalId& journal, WallTime time) {
  for (Segment* each : {&segment, &next}) {
    if (each->begun_ns.load(std::memory_order_acquire) == Segment::kNotRead)
      read_times(files, *each, journal);
  }
  // A run may begin before the one before it ended, by a clock that was set back: its word on that counts.
  const bool same_epoch = segment.name.epoch == next.name.epoch;
  const std::int64_t end = same_epoch ? next.begun_ns : next.before_ns;
  return segment.begun_ns >= time.ns || end == Segment::kUnknown || end >= time.ns;
}

Result<std::optional<Position>> first_batch_since(FileSystem& files, const Segments& segments,
                                                  const Segment& segment, const JournalId& journal,
                                                  WallTime time) {
  const auto file = files.open(segment.path, OpenMode::read);
  if (!file) {
    if (files.exists(segment.path)) return file.fault();
    return std::optional<Position>();  // the cap was faster
  }
  const std::uint64_t end = segment.own ? segment.end.load(std::memory_order_acquire)
                                        : extent_of(files, segments, segment, journal).end;
  RecordScan scan(**file, segment_seed(journal, segment.name.epoch, segment.name.first_seq));
  for (;;) {
    const auto record = scan.next(end);
    if (!record) return record.fault();
    if (!*record) return std::optional<Position>();
    BatchHeader batch;
    if (!is_batch((*record)->type) || !load((*record)->payload, batch)) continue;
    if (batch.wall_ns >= time.ns) return std::optional(Position{journal, segment.name.epoch, batch.seq, 0});
  }
}

}  // namespace

Result<std::optional<Position>> position_of(FileSystem& files, const Segments& segments,
                                            const JournalId& journal, WallTime time) {
  const std::deque<SegmentPtr> all = segments.all();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i + 1 < all.size() && !may_hold(files, *all[i], *all[i + 1], journal, time)) continue;
    auto found = first_batch_since(files, segments, *all[i], journal, time);
    if (!found) return found.fault();
    if (*found) return found;
  }
  return std::optional<Position>();
}

}  // namespace cantrail::journal
