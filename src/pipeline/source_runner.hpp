// The thread of one source: opens it, fills batches, seals them in time, and goes on when the source fails.
// Sources that cannot wait never do: without a free batch their frames are read, counted and dropped, and
// that is a gap.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "component/frame_source.hpp"
#include "journal/blob_folder.hpp"
#include "pipeline/batch_pool.hpp"
#include "pipeline/catalog_store.hpp"
#include "pipeline/decode_tally.hpp"
#include "pipeline/gap_log.hpp"
#include "pipeline/journal_writer.hpp"
#include "pipeline/sequencer.hpp"
#include "pipeline/status.hpp"

namespace cantrail {

class SourceRunner {
 public:
  struct Parts {
    std::string name, type;
    SourceId id = 0;
    std::unique_ptr<FrameSource> source;
    std::optional<SourcePosition> resume_at;  // from the journal's past
    std::optional<GapRecord> downtime;        // nobody read it: told of before the first frame
    SourceStatus before;                      // whose counts go on: the runner that had this one's place
    std::shared_ptr<CatalogStore> catalogs;
    BatchPool& pool;
    Sequencer& sequencer;
    JournalWriter& journal;    // for acks
    const DecodeTally* tally;  // where it has a DBC; else nullptr
    BlobFolder& blobs;
    GapLog& gaps;
    FileSystem& files;
    Clock& clock;
    Log& log;
  };
  explicit SourceRunner(Parts parts);
  ~SourceRunner() { stop(); }

  void start();
  // The outcome of the first open(), waiting for it at most `patience`; ok while it has not come.
  Status first_open(Duration patience);
  // Asks the thread to seal what it has and end, and waits for it.
  void request_stop() { stopping_ = true; }
  void stop();

  [[nodiscard]] SourceStatus status() const;
  [[nodiscard]] bool ended() const;
  // After stop(): the source's own place behind all that was sealed.
  [[nodiscard]] const SourcePosition& last_position() const { return last_position_; }
  // After stop(): since when it is away, where no batch has told of that.
  [[nodiscard]] std::optional<WallTime> absent_since() const {
    return parts_.downtime ? std::optional(parts_.downtime->from) : down_since_;
  }

 private:
  void run();
  bool open();
  void read_until_fault();
  void read_what_is_there();
  Result<ReadOutcome> fill(RawBatch& batch);
  void seal();
  void place_blobs();
  void drop_and_count(Result<ReadOutcome>& outcome);
  bool take_batch();
  bool clock_stepped();
  void tell_of_absence();
  void acknowledge();
  void sleep_until(MonoTime when);
  void wait_for_source(MonoTime retry_at);
  void note_hint();
  static void end_absence_at_first_record(RawBatch& batch);
  void note(SourceState state, std::string message);
  void note_end();
  void add_pending_gap(GapRecord gap);
  void note_sealed(const RawBatch& batch);
  [[nodiscard]] std::string complaint_of_decoder() const;
  [[nodiscard]] SourceContext context() const;

  Parts parts_;
  SourceTraits traits_;
  FrameBuilder builder_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};

  // Of the source's thread alone:
  std::shared_ptr<RawBatch> batch_;
  std::optional<MonoTime> seal_at_;
  bool busy_ = false;                    // frames come so fast that the next need not be waited for
  std::vector<GapRecord> pending_gaps_;  // to be told in the next batch
  std::optional<WallTime> down_since_;
  std::optional<Duration> clock_offset_;
  MonoTime next_hint_;
  bool complained_ = false;  // of a DBC that knows nothing; once is enough for the log
  SourcePosition last_position_, acknowledged_;
  RawBatch overflow_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable opened_;
  std::optional<Status> first_open_;
  SourceStatus status_;
};

}  // namespace cantrail
