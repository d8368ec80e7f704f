// One segment that is being written, and the set of those that wait for fdatasync.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "journal/segments.hpp"

namespace cantrail::journal {

// append() on the writer's thread; the file's sync beside it on another.
struct SegmentFile {
  SegmentPtr segment;
  std::unique_ptr<File> file;
  std::uint64_t seed = 0;
  std::uint64_t synced_end = 0;  // the syncing thread's
  bool broken = false;           // a failed append could not be cut off: nothing may follow it

  // Whole or not at all, as far as readers can see. After a fault the file is cut back; where that fails too
  // it is `broken`.
  Status append(std::span<const std::span<const std::byte>> pieces, std::uint64_t bytes, Segments& segments);
};

using SegmentFilePtr = std::shared_ptr<SegmentFile>;

// add() and mark_dirty() on the writer's thread, sync() on any one thread: the lock that they share is never
// held during fdatasync.
class Unsynced {
 public:
  Unsynced(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  void add(SegmentFilePtr file);
  void mark_dirty() { dirty_ = true; }
  [[nodiscard]] bool dirty() const { return dirty_; }

  // Everything whose append had returned is durable, the names of new segments included. `did_sync`: there
  // was something to do. A segment whose sync fails, or that somebody has removed or cut, is marked and let
  // go of.
  Status sync(bool& did_sync);

 private:
  [[nodiscard]] Status still_there(const SegmentFile& written, std::uint64_t end) const;

  FileSystem& files_;
  const std::string folder_;
  std::atomic<bool> dirty_{false};
  std::mutex sync_mutex_;  // one sync at a time
  std::mutex mutex_;       // of what follows
  std::vector<SegmentFilePtr> waiting_;
  bool names_changed_ = false;
};

}  // namespace cantrail::journal
