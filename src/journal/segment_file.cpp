#include "journal/segment_file.hpp"

#include "base/text.hpp"

namespace cantrail::journal {

Status SegmentFile::append(std::span<const std::span<const std::byte>> pieces, std::uint64_t bytes,
                           Segments& segments) {
  const std::uint64_t end = segment->end.load(std::memory_order_relaxed);
  Status written = file->append(pieces);
  if (written) {
    segments.set_disk_bytes(*segment, end + bytes);
    segment->end.store(end + bytes, std::memory_order_release);
    return {};
  }
  if (!file->truncate(end)) {
    broken = true;
    const auto size = file->size();
    segments.set_disk_bytes(*segment, size ? *size : end + bytes);
  }
  return written;
}

void Unsynced::add(SegmentFilePtr file) {
  const std::scoped_lock lock(mutex_);
  waiting_.push_back(std::move(file));
  names_changed_ = true;
}

// A file without a name takes what is written to it, syncs it, and has nothing of it for the next run. One
// that was cut takes it too, at places where nobody looks for it.
Status Unsynced::still_there(const SegmentFile& written, std::uint64_t end) const {
  const Segment& segment = *written.segment;
  if (!segment.own || segment.finished) return {};  // finished: the cap may have taken it
  if (!files_.exists(segment.path)) {
    return {FaultKind::unavailable, segment.path +
                                        " was removed or renamed while it was written to: what it" +
                                        " held is no longer in the journal"};
  }
  const auto size = written.file->size();
  if (!size || *size >= end) return {};
  return {FaultKind::unavailable, segment.path +
                                      " was cut while it was written to: " + format_bytes(end - *size) +
                                      " of what it held are no longer in the journal"};
}

Status Unsynced::sync(bool& did_sync) {
  const std::scoped_lock one(sync_mutex_);
  did_sync = dirty_.exchange(false);
  if (!did_sync) return {};
  std::vector<SegmentFilePtr> files;
  bool names = false;
  {
    const std::scoped_lock lock(mutex_);
    files = waiting_;
    std::swap(names, names_changed_);
  }
  Status outcome;
  for (const SegmentFilePtr& file : files) {
    const std::uint64_t end = file->segment->end.load(std::memory_order_acquire);
    if (end == file->synced_end) continue;
    Status synced = file->file->sync();
    if (synced) synced = still_there(*file, end);
    if (!synced) {
      file->segment->sync_failed = true;
      outcome = synced;
    } else {
      file->synced_end = end;
    }
  }
  if (names) {
    if (Status synced = files_.sync_directory(folder_); !synced) {
      // Which of the names are durable is not known: none of these files may count as such.
      for (const SegmentFilePtr& file : files) file->segment->sync_failed = true;
      outcome = synced;
    }
  }
  const std::scoped_lock lock(mutex_);
  std::erase_if(waiting_, [](const SegmentFilePtr& file) {
    const Segment& segment = *file->segment;
    return segment.sync_failed || (segment.finished && segment.end == file->synced_end);
  });
  return outcome;
}

}  // namespace cantrail::journal
