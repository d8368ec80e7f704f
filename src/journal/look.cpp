#include "journal/look.hpp"

#include "journal/reader.hpp"
#include "journal/recovery.hpp"
#include "journal/scan.hpp"

namespace cantrail {
namespace {

using namespace journal;

// Of the epoch record, which stands before the first batch of each segment. nullopt: damaged.
std::optional<std::string> constants_in(FileSystem& files, const Segment& segment, const JournalId& id) {
  const auto file = files.open(segment.path, OpenMode::read);
  if (!file) return std::nullopt;
  RecordScan scan(**file, segment_seed(id, segment.name.epoch, segment.name.first_seq));
  for (;;) {
    const auto record = scan.next(segment.end);
    if (!record || !*record) return std::nullopt;
    const auto& [type, offset, damaged_bytes, payload] = **record;
    if (type == RecordType::batch || type == RecordType::compressed_batch) return std::nullopt;
    EpochRecord fixed;
    if (type != RecordType::epoch || !load(payload, fixed)) continue;
    if (fixed.constants_bytes > payload.size() - sizeof fixed) return std::nullopt;
    return std::string(as_text(payload.subspan(sizeof fixed, fixed.constants_bytes)));
  }
}

}  // namespace

Result<JournalLook> look_at_journal(const std::string& folder, FileSystem& files, Log& log) {
  const Fault none{FaultKind::config, "there is no journal in " + folder};
  if (!files.exists(folder)) return none;
  auto segments = std::make_shared<Segments>();
  const auto found = recover(files, folder, log, *segments);
  if (!found) return found.fault();
  if (!found->past.existed) return none;
  JournalLook look;
  const JournalId id = found->identity.id;
  for (const SegmentPtr& segment : segments->all()) {
    if (look.constants.contains(segment->name.epoch)) continue;
    if (auto constants = constants_in(files, *segment, id)) {
      look.constants.emplace(segment->name.epoch, std::move(*constants));
    }
  }
  auto reader = make_reader(files, std::move(segments), id, Position{id, 0, 0, 0});
  if (!reader) return reader.fault();
  look.reader = std::move(*reader);
  return look;
}

}  // namespace cantrail
