#include "journal/archive.hpp"

#include <algorithm>

#include "journal/reader.hpp"
#include "journal/recovery.hpp"
#include "journal/scan.hpp"
#include "journal/segments.hpp"

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

bool is_journal(const std::string& folder, FileSystem& files) {
  const auto names = files.list(folder);
  return names && std::any_of(names->begin(), names->end(), [](const std::string& name) {
           return journal::parse_segment_name(name).has_value();
         });
}

Result<JournalArchive> open_archive(const std::string& folder, FileSystem& files, Log& log) {
  if (!is_journal(folder, files)) {
    return Fault{FaultKind::rejected, folder + " is no journal: it has no segments (EPOCH-FIRSTSEQ.ctj)"};
  }
  const auto segments = std::make_shared<journal::Segments>();
  const auto recovered = journal::recover(files, folder, log, *segments);
  if (!recovered) return recovered.fault();
  JournalArchive archive;
  archive.id = recovered->identity.id;
  archive.last_epoch = recovered->before_epoch;
  archive.past = recovered->past;
  archive.segments = segments->count();
  archive.bytes = segments->disk_bytes();
  for (const SegmentPtr& segment : segments->all()) {
    if (archive.constants.contains(segment->name.epoch)) continue;
    if (auto constants = constants_in(files, *segment, archive.id)) {
      archive.constants.emplace(segment->name.epoch, std::move(*constants));
    }
  }
  auto reader = journal::make_reader(files, segments, archive.id, {archive.id, 0, 0, 0});
  if (!reader) return reader.fault();
  archive.reader = std::move(*reader);
  return archive;
}

}  // namespace cantrail
