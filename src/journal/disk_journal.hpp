// The journal on a disk: appends, rolls segments, keeps under the cap. Reading is in reader.hpp.
#pragma once

#include <mutex>
#include <set>

#include "journal/batch_codec.hpp"
#include "journal/folder_lock.hpp"
#include "journal/journal.hpp"
#include "journal/recovery.hpp"
#include "journal/reserve.hpp"
#include "journal/segment_file.hpp"
#include "journal/taken_by_cap.hpp"

namespace cantrail::journal {

// Threads as journal.hpp says. append() and sync() share two locks (of the list of segments and of the set of
// unsynced files), each held for a few instructions and never during a call to the disk.
class DiskJournal final : public Journal {
 public:
  struct Setup {
    JournalOptions options;  // with cap and segment size decided
    std::string constants;
    FolderLock lock;
    Recovered recovered;
    std::shared_ptr<Segments> segments;
    Reserve reserve;
    FileSystem& files;
    Clock& clock;
    Log& log;
  };
  explicit DiskJournal(Setup setup);

  [[nodiscard]] JournalId id() const override { return setup_.recovered.identity.id; }
  [[nodiscard]] std::uint32_t epoch() const override { return setup_.recovered.identity.epoch; }
  [[nodiscard]] const JournalPast& past() const override { return setup_.recovered.past; }
  Status append(const RawBatch& batch) override;
  Status sync() override;
  [[nodiscard]] bool dirty() const override { return unsynced_.dirty(); }
  bool use_reserve() override { return setup_.reserve.give_up(); }
  Status close_cleanly() override;
  Result<std::unique_ptr<JournalReader>> read(const Position& from) override;
  Result<std::unique_ptr<JournalReader>> read_from_time(WallTime time) override;
  [[nodiscard]] JournalStats stats() const override;

 private:
  [[nodiscard]] Status check(const RawBatch& batch) const;
  void take_over_unsynced();
  Status sync_now();
  Status make_folder_again();
  Status begin_segment(std::uint64_t first_seq);
  [[nodiscard]] std::string preamble(const SegmentHeader& header, std::uint64_t seed) const;
  void leave_segment();  // finished or, if nothing of use is in it, removed
  Status make_room(std::uint64_t bytes);
  Status write_end();
  Status write_catalog(const Catalog& catalog);
  Status write_small(const std::string& records);
  Status write(std::span<const std::span<const std::byte>> pieces, std::uint64_t bytes);  // into current_
  void note_written(std::uint64_t bytes);
  void note_appended(const RawBatch& batch, const std::string& source_name, std::uint64_t bytes);
  void note_oldest();

  Setup setup_;
  const ClockPair began_;
  Unsynced unsynced_;

  // Writer's thread:
  TakenByCap taken_;
  BatchEncoder encoder_;
  SegmentFilePtr current_;    // nullptr: the next append begins one
  bool has_batches_ = false;  // of current_
  bool closed_ = false;
  std::set<Digest> catalogs_;  // written into current_
  std::optional<SegmentName> previous_;
  std::uint64_t previous_end_ = 0;
  std::map<std::string, SourcePosition> source_positions_;
  std::optional<WallTime> last_;
  std::uint64_t next_seq_ = 1;
  std::uint64_t next_record_ = 0;

  mutable std::mutex stats_mutex_;  // of what follows
  JournalStats stats_;
  std::optional<Status>
      untold_;  // a sync of the writer's own that failed: whoever calls sync() next must know
};

}  // namespace cantrail::journal
