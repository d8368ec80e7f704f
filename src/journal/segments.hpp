// The segments that exist, shared by the writer (which adds and removes) and the readers (which follow).
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "journal/format.hpp"
#include "journal/removed.hpp"

namespace cantrail::journal {

[[nodiscard]] constexpr std::uint64_t whole_blocks(std::uint64_t bytes) {
  return (bytes + 4095) / 4096 * 4096;
}

struct Segment {
  Segment(SegmentName segment_name, std::string segment_path, std::uint64_t size, bool is_own)
      : name(segment_name),
        path(std::move(segment_path)),
        own(is_own),
        end(size),
        disk_bytes(whole_blocks(size)) {}

  const SegmentName name;
  const std::string path;
  const bool own;  // of this epoch: then `end` is exact, else it is the size the file had when it was listed
  std::atomic<std::uint64_t> end;         // readers look at nothing behind it; only whole records before it
  std::atomic<bool> finished{false};      // `end` will not move again
  std::atomic<bool> abandoned{false};     // set before `finished`: no batch is in it, its file is removed
  std::atomic<bool> sync_failed{false};   // never sync it again, append no more
  std::atomic<std::uint64_t> disk_bytes;  // whole blocks of 4 KiB: many tiny segments must reach the cap too
  // What its header and state record say, once somebody has asked (seek.hpp): wall times when it was begun,
  // and of the last batch before it.
  static constexpr std::int64_t kNotRead = std::numeric_limits<std::int64_t>::min(), kUnknown = kNotRead + 1;
  std::atomic<std::int64_t> begun_ns{kNotRead}, before_ns{kNotRead};
  std::uint64_t damage_seen_to = 0;  // of Segments, under its lock
};

using SegmentPtr = std::shared_ptr<Segment>;

// Thread-safe. Each call holds the lock for a few instructions.
class Segments {
 public:
  void add(SegmentPtr segment);  // behind all others
  void remove_front();
  void remove_back();
  void set_disk_bytes(Segment& segment, std::uint64_t file_size);
  [[nodiscard]] SegmentPtr front() const;  // nullptr: none
  [[nodiscard]] SegmentPtr back() const;
  // The first with a larger name, or one that has taken the place of `current` under the same name.
  [[nodiscard]] SegmentPtr after(const Segment& current) const;
  [[nodiscard]] SegmentPtr after(const SegmentName& name) const;
  [[nodiscard]] SegmentPtr before(const SegmentName& name) const;             // nullptr: none
  [[nodiscard]] SegmentPtr last_at_or_before(const SegmentName& name) const;  // nullptr: none
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::uint64_t disk_bytes() const { return disk_bytes_; }
  [[nodiscard]] std::deque<SegmentPtr> all() const;

  // What the cap took: said before a segment goes. Of two words the later counts, whoever says it.
  void note_removed(std::shared_ptr<const Removed> removed);
  [[nodiscard]] std::shared_ptr<const Removed> removed() const;  // nullptr: nobody has said

  struct Damage {
    std::uint64_t places = 0, bytes = 0;
  };
  // A reader found bytes of this file to be no records. Readers go forwards, and what one has told of another
  // does not tell of again.
  void note_damage(Segment& segment, std::uint64_t offset, std::uint64_t bytes);
  [[nodiscard]] Damage damage() const;

 private:
  mutable std::mutex mutex_;
  std::deque<SegmentPtr> segments_;  // ascending by name
  std::atomic<std::uint64_t> disk_bytes_{0};
  std::shared_ptr<const Removed> removed_;
  Damage damage_;
};

}  // namespace cantrail::journal
