#include "journal/recovery.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "base/text.hpp"
#include "journal/batch_codec.hpp"
#include "journal/scan.hpp"
#include "journal/segment_state.hpp"

namespace cantrail::journal {
namespace {

constexpr std::size_t kSegmentsToScan = 4;

Status list_segments(FileSystem& files, const std::string& folder, Log& log, Segments& segments) {
  const auto names = files.list(folder);
  if (!names) return names.status();
  for (const std::string& text : *names) {
    const auto name = parse_segment_name(text);
    if (!name) continue;
    const std::string path = join_path(folder, text);
    std::uint64_t bytes = 0;
    const auto file = files.open(path, OpenMode::read);
    const auto size = file ? (*file)->size() : Result<std::uint64_t>(file.fault());
    if (size) {
      bytes = *size;
    } else {
      log.write(Severity::warning, "journal", size.fault().message);
    }
    auto segment = std::make_shared<Segment>(*name, path, bytes, false);
    segment->finished = true;
    segments.add(std::move(segment));
  }
  return {};
}

// For a journal without identity: the id that its newest readable segment carries.
std::optional<JournalId> id_from_segments(FileSystem& files, const Segments& segments) {
  const auto all = segments.all();
  for (auto at = all.rbegin(); at != all.rend(); ++at) {
    if (const auto header = read_segment_header(files, **at)) return JournalId{header->journal};
  }
  return std::nullopt;
}

Result<Identity> next_identity(FileSystem& files, const std::string& folder, Log& log,
                               const Segments& segments, bool& existed) {
  const auto stored = read_identity(files, folder);
  if (!stored) return stored.fault();
  const SegmentPtr last = segments.back();
  existed = stored->has_value() || last;
  Identity identity = stored->value_or(Identity{});
  if (!*stored) {
    const auto found = last ? id_from_segments(files, segments) : std::nullopt;
    if (last) {
      log.write(Severity::warning, "journal",
                "the identity of the journal in " + folder + " is missing or damaged; " +
                    (found ? "taken from its segments" : "it gets a new one, what it holds cannot be read"));
    }
    const auto id = found ? Result<JournalId>(*found) : random_journal_id();
    if (!id) return id.fault();
    identity.id = *id;
  }
  if (last) identity.epoch = std::max(identity.epoch, last->name.epoch);
  if (identity.epoch == std::numeric_limits<std::uint32_t>::max()) {
    return Fault{FaultKind::config, "the journal in " + folder +
                                        " has used up its epochs; move the folder away to begin a new one"};
  }
  return identity;
}

// Nothing was recorded between `place` and the start of this segment.
bool follows(const SegmentName& place, const SegmentName& name, const SegmentStart& start) {
  if (!start.header) return false;
  if (start.header->previous_end != 0)
    return place.epoch == name.epoch && start.header->previous_first_seq < place.first_seq;
  return start.epoch && SegmentName{start.epoch->before_epoch, start.epoch->before_seq} <= place;
}

// What is kept may begin where no segment did: nothing came any more, or what came had no room.
Removed settled(FileSystem& files, const Segments& segments, const JournalId& journal, Removed removed) {
  const SegmentPtr oldest = segments.front();
  if (!oldest || oldest->name < removed.kept_from.name) return removed;
  const SegmentStart start = read_segment_start(files, *oldest, journal);
  if (oldest->name == removed.kept_from.name || follows(removed.kept_from.name, oldest->name, start)) {
    removed.kept_from = place_of(oldest->name, start);
  }
  return removed;
}

// Where nobody has said what the cap took (a folder of an earlier build; the word is damaged), it took what
// is not there.
Removed assumed(FileSystem& files, const Segments& segments, const Identity& next) {
  const SegmentPtr oldest = segments.front();
  if (!oldest) return {{}, {{next.epoch, 1}, std::nullopt, 0}};
  return {{}, place_of(oldest->name, read_segment_start(files, *oldest, next.id))};
}

}  // namespace

Result<Recovered> recover(FileSystem& files, const std::string& folder, Log& log, Segments& segments) {
  Recovered found;
  if (auto listed = list_segments(files, folder, log, segments); !listed) return listed.fault();
  const auto identity = next_identity(files, folder, log, segments, found.past.existed);
  if (!identity) return identity.fault();
  found.identity = *identity;

  std::vector<SegmentState> states;  // newest first
  SegmentPtr segment = segments.back();
  const SegmentPtr last = segment;
  while (segment && states.size() < kSegmentsToScan) {
    auto state = read_segment_state(files, *segment, found.identity.id);
    if (!state) return state.fault();
    states.push_back(std::move(state).value());
    if (states.back().has_start) break;
    segment = segments.before(segment->name);
  }
  for (auto state = states.rbegin(); state != states.rend(); ++state) {
    if (state->last) found.past.last = state->last;
    for (auto& [name, position] : state->source_positions) found.past.source_positions[name] = position;
  }
  if (last) {
    const SegmentState& newest = states.front();
    found.before_epoch = last->name.epoch;
    found.before_seq = std::max(newest.next_seq, last->name.first_seq);
    for (const SegmentState& state : states) {
      if (state.epoch == found.before_epoch) {
        found.before_record = std::max(found.before_record, state.next_record);
      }
    }
    found.past.end = Position{found.identity.id, found.before_epoch, found.before_seq, 0};
    found.past.torn_bytes = newest.torn_bytes;
    found.past.clean = newest.ended && newest.torn_bytes == 0 && last->name.epoch == found.identity.epoch;
  }
  ++found.identity.epoch;
  // Behind the list: beside a running node, what is gone by then is told of.
  auto removed = read_removed(files, folder, found.identity.id);
  if (!removed) log.write(Severity::warning, "journal", removed.fault().message);
  found.knows_removed = removed && *removed;
  segments.note_removed(std::make_shared<const Removed>(
      found.knows_removed ? settled(files, segments, found.identity.id, std::move(**removed))
                          : assumed(files, segments, found.identity)));
  return found;
}

}  // namespace cantrail::journal
