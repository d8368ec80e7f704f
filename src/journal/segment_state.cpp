#include "journal/segment_state.hpp"

#include <algorithm>

#include "journal/batch_codec.hpp"
#include "journal/scan.hpp"

namespace cantrail::journal {
namespace {

void apply_start(std::span<const std::byte> payload, SegmentState& state) {
  StateRecord fixed;
  if (!load(payload, fixed)) return;
  std::string_view rest = as_text(payload.subspan(sizeof fixed));
  for (std::uint32_t i = 0; i < fixed.sources; ++i) {
    std::array<std::uint32_t, 2> lengths{};
    if (!load(std::as_bytes(std::span(rest)), lengths)) return;
    rest.remove_prefix(sizeof lengths);
    if (std::uint64_t{lengths[0]} + lengths[1] > rest.size()) return;
    state.source_positions[std::string(rest.substr(0, lengths[0]))] = rest.substr(lengths[0], lengths[1]);
    rest.remove_prefix(std::size_t{lengths[0]} + lengths[1]);
  }
  state.has_start = true;
  state.next_record = fixed.next_record;
  if (fixed.has_last != 0) state.last = WallTime{fixed.last_wall_ns};
}

void apply_batch(std::span<const std::byte> payload, SegmentState& state) {
  BatchSummary batch;
  if (!summarize(payload, batch)) return;
  state.last = later_clock(state.last, WallTime{batch.header.wall_ns});
  state.next_seq = batch.header.seq + 1;
  state.next_record = batch.header.first_record + batch.header.records;
  if (!batch.source_name.empty() && !batch.source_position.empty()) {
    state.source_positions[std::string(batch.source_name)] = batch.source_position;
  }
}

}  // namespace

WallTime later_clock(std::optional<WallTime> last, WallTime next) {
  constexpr Duration kMoment = std::chrono::seconds(10);
  const bool by_a_moment = last && next < *last && *last - next < kMoment;
  return by_a_moment ? *last : next;
}

std::optional<SegmentHeader> read_segment_header(FileSystem& files, const Segment& segment) {
  const auto file = files.open(segment.path, OpenMode::read);
  if (!file) return std::nullopt;
  std::array<std::byte, sizeof(SegmentHeader)> bytes{};
  const auto got = (*file)->read_at(0, bytes);
  if (!got) return std::nullopt;
  return parse_header(std::span(bytes).first(*got));
}

SegmentStart read_segment_start(FileSystem& files, const Segment& segment, const JournalId& journal) {
  SegmentStart start;
  const auto file = files.open(segment.path, OpenMode::read);
  if (!file) return start;
  std::array<std::byte, sizeof(SegmentHeader)> bytes{};
  const auto got = (*file)->read_at(0, bytes);
  start.header = got ? parse_header(std::span(bytes).first(*got)) : std::nullopt;
  RecordScan scan(**file, segment_seed(journal, segment.name.epoch, segment.name.first_seq));
  while (!start.state) {
    const auto record = scan.next(std::min<std::uint64_t>(kStartBytes, segment.end));
    if (!record || !*record || is_batch((*record)->type)) break;
    if (EpochRecord epoch; (*record)->type == RecordType::epoch && load((*record)->payload, epoch)) {
      start.epoch = epoch;
    }
    if (StateRecord state; (*record)->type == RecordType::state && load((*record)->payload, state)) {
      start.state = state;
    }
  }
  return start;
}

Place place_of(const SegmentName& name, const SegmentStart& start) {
  Place place{name, std::nullopt, std::nullopt};
  if (start.header) place.begun = WallTime{start.header->wall_ns};
  if (start.state) place.next_record = start.state->next_record;
  return place;
}

SegmentExtent extent_of(FileSystem& files, const Segments& segments, const Segment& segment,
                        const JournalId& journal) {
  SegmentExtent extent{segment.end, false, true};
  // The next one may be damaged, or have been given up itself: then the one behind it may say.
  for (SegmentPtr behind = segments.after(segment); behind && behind->name.epoch == segment.name.epoch;
       behind = segments.after(*behind)) {
    extent.last_of_epoch = false;
    const auto header = read_segment_header(files, *behind);
    if (!header || header->journal != journal.bytes) continue;
    extent.abandoned = header->previous_end == 0 || header->previous_first_seq < segment.name.first_seq;
    if (header->previous_first_seq == segment.name.first_seq) extent.end = header->previous_end;
    break;
  }
  return extent;
}

Result<SegmentState> read_segment_state(FileSystem& files, const Segment& segment, const JournalId& journal) {
  SegmentState state;
  state.epoch = segment.name.epoch;
  auto file = files.open(segment.path, OpenMode::read);
  if (!file) return file.fault();
  const std::uint64_t size = segment.end;
  RecordScan scan(**file, segment_seed(journal, segment.name.epoch, segment.name.first_seq));
  for (;;) {
    auto record = scan.next(size);
    if (!record) {  // twice a fault, then damage: the scan goes on by itself
      record = scan.next(size);
      if (!record) record = scan.next(size);
      if (!record) return record.fault();
    }
    if (!*record) break;
    state.ended = (*record)->type == RecordType::end;
    if ((*record)->type == RecordType::state) apply_start((*record)->payload, state);
    if (is_batch((*record)->type)) apply_batch((*record)->payload, state);
  }
  const std::uint64_t end = scan.end_of_last();
  state.torn_bytes = size > end ? size - end : size < sizeof(SegmentHeader) ? size : 0;
  return state;
}

}  // namespace cantrail::journal
