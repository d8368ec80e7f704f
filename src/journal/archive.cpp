#include "journal/archive.hpp"

#include <algorithm>

#include "journal/reader.hpp"
#include "journal/recovery.hpp"
#include "journal/segments.hpp"

namespace cantrail {

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
  auto reader = journal::make_reader(files, segments, archive.id, {archive.id, 0, 0, 0});
  if (!reader) return reader.fault();
  archive.reader = std::move(*reader);
  return archive;
}

}  // namespace cantrail
