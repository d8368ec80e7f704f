#include "journal/journal.hpp"

#include <algorithm>

#include "journal/disk_journal.hpp"
#include "journal/reserve.hpp"

namespace cantrail {
namespace {

constexpr std::uint64_t kDefaultCapBytes = std::uint64_t{8} << 30U;
constexpr std::uint64_t kLeastSegmentBytes = 4096;

Status decide_sizes(JournalOptions& options, FileSystem& files) {
  const auto cap = journal_cap(options, files);
  if (!cap) return cap.status();
  options.cap_bytes = *cap;
  options.segment_bytes =
      std::max(kLeastSegmentBytes, std::min(options.segment_bytes, options.cap_bytes / 4));
  return {};
}

Status make_folder(FileSystem& files, const std::string& folder) {
  Status made = files.make_directories(folder);
  if (made || made.fault().kind == FaultKind::exhausted) return made;
  return {FaultKind::config, "the journal has no folder: " + made.fault().message +
                                 "; set [journal] folder to one that this user may write to"};
}

// Where it cannot be written, it is when the cap takes something.
void begin_word_on_removed(FileSystem& files, const std::string& folder, const JournalId& id, Clock& clock,
                           journal::Segments& segments) {
  auto removed = std::make_shared<journal::Removed>(*segments.removed());
  if (!removed->kept_from.begun) removed->kept_from.begun = clock.wall();
  journal::write_removed(files, folder, id, *removed).ignore();
  segments.note_removed(std::move(removed));
}

}  // namespace

Duration sync_interval(SyncMode mode) {
  switch (mode) {
    case SyncMode::safe:
      return std::chrono::milliseconds(100);
    case SyncMode::normal:
      return std::chrono::milliseconds(500);
    case SyncMode::sd_saver:
      return std::chrono::seconds(5);
  }
  return std::chrono::milliseconds(500);
}

Result<std::uint64_t> journal_cap(const JournalOptions& options, FileSystem& files) {
  if (options.cap_bytes != 0) return options.cap_bytes;
  const auto space = files.space(nearest_existing(files, options.folder));
  if (!space) return space.fault();
  return std::min(kDefaultCapBytes, space->total_bytes / 5);
}

Result<std::unique_ptr<Journal>> Journal::open(const JournalOptions& options, std::string constants,
                                               FileSystem& files, Clock& clock, Log& log) {
  JournalOptions decided = options;
  if (constants.size() > journal::kMaxPayloadBytes / 2) {
    return Fault{FaultKind::bug, "the constants of an epoch are too large"};
  }
  if (auto made = make_folder(files, options.folder); !made) return made.fault();
  auto lock = journal::FolderLock::take(options.folder);
  if (!lock) return lock.fault();
  if (auto sizes = decide_sizes(decided, files); !sizes) return sizes.fault();
  auto segments = std::make_shared<journal::Segments>();
  auto recovered = journal::recover(files, options.folder, log, *segments);
  if (!recovered) return recovered.fault();
  journal::Reserve at_start(files, join_path(options.folder, "reserve.start"), journal::kStartReserveBytes);
  journal::Reserve at_end(files, join_path(options.folder, "reserve"), journal::kReserveBytes);
  Status written = journal::write_identity(files, options.folder, recovered->identity);
  for (journal::Reserve* reserve : {&at_start, &at_end}) {
    if (written || written.fault().kind != FaultKind::exhausted || !reserve->give_up()) continue;
    log.write(Severity::warning, "journal", "the disk is full: the reserve of the journal is used");
    written = journal::write_identity(files, options.folder, recovered->identity);
  }
  if (!written) return written.fault();
  if (!recovered->knows_removed)
    begin_word_on_removed(files, options.folder, recovered->identity.id, clock, *segments);
  at_start.keep();
  at_end.keep();
  // From here on the epoch is used up, whatever happens next.
  return std::unique_ptr<Journal>(std::make_unique<journal::DiskJournal>(journal::DiskJournal::Setup{
      std::move(decided), std::move(constants), std::move(lock).value(), std::move(recovered).value(),
      std::move(segments), std::move(at_end), files, clock, log}));
}

}  // namespace cantrail
