// The writer of a history file: one connection, one transaction for each write, which also checkpoints.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "component/keep.hpp"
#include "component/retention_clock.hpp"
#include "component/sink.hpp"
#include "encode/row_cursor.hpp"
#include "sinks/sqlite/database.hpp"
#include "sinks/sqlite/latest_row.hpp"
#include "sinks/sqlite/partitions.hpp"
#include "sinks/sqlite/pending_rows.hpp"
#include "sinks/sqlite/rollup_levels.hpp"
#include "sinks/sqlite/rollup_maker.hpp"
#include "sinks/sqlite/row_chunk.hpp"
#include "sinks/sqlite/row_text.hpp"
#include "sinks/sqlite/streams.hpp"

namespace cantrail::sqlite {

struct StoreOptions {
  Keep keep;           // of rows, and the size of the file
  LevelKeeps rollups;  // of each level
  RowForm form = RowForm::packed;
  const char* vfs = nullptr;  // the way to the system, if it is not the usual one
};

// Lane's thread only. After a fault from write() it is of no use: what it knows of the file may be wrong.
class Store {
 public:
  // Faults: config (path or file that the user must change), corrupt (the caller moves the file aside),
  // unavailable, exhausted. Clock and log outlive the store.
  static Result<std::unique_ptr<Store>> open(const std::string& path, const StoreOptions& options,
                                             const std::string& lane, Clock& clock, Log& log);
  ~Store();

  // How far the file has this journal: a file is of one sink, which may have had another name before.
  Result<std::optional<Position>> cursor(const JournalId& journal);
  [[nodiscard]] bool knows_other_journal(const JournalId& journal);  // fed from one before this

  void use(const CatalogPtr& catalog);

  // As Sink::write; refused rows go to `rejected`, if there is one, before the commit. Where the file holds
  // no cursor for this journal, any `expected` is right.
  Result<WriteOutcome> write(std::span<const BatchPtr> batches, const Position& expected,
                             const Position& upto, RejectedRows* rejected);

  // Brings everything from the log into the file, as far as readers allow.
  void checkpoint_all();

 private:
  // The part of a batch that one write covers: records [from, to).
  struct Part {
    const Batch& batch;
    std::size_t number = 0;  // in the span
    std::size_t from = 0, to = 0;
  };
  struct Last {  // the newest row of a stream in this transaction
    std::size_t batch = 0;
    encode::RowRef row;
    std::uint32_t index = 0;
    bool set = false;
  };

  Store(Database database, const StoreOptions& options, std::string lane, Clock& clock, Log& log);

  Status look_for_others();
  Result<WriteOutcome> write_all(std::span<const BatchPtr> batches, const Position& expected,
                                 const Position& upto);
  Status write_plain(const Part& part, WriteOutcome& outcome);
  void take_packed(const Part& part, WriteOutcome& outcome);
  void take_block(const Part& part, std::uint32_t block, std::size_t first_record, WriteOutcome& outcome);
  [[nodiscard]] const char* refusal(const StreamBlock& block, std::size_t row) const;
  Status write_pending();
  Status write_group(StreamId stream, const Streams::Entry& entry, const RowGroup& group);
  Status write_chunk(const RowSchema& schema, const Streams::Entry& entry, const RowGroup& group);
  Status write_gaps(const Part& part);
  Status write_latest(std::span<const BatchPtr> batches);
  Status move_cursor(const Position& upto);
  Result<RowValues> values(const Batch& batch, encode::RowRef ref, std::uint32_t index);
  void remember(std::size_t batch, encode::RowRef row, StreamId stream, std::uint32_t index);
  void checkpoint();
  void begin_retention(const StoreOptions& options);
  Status catch_up();
  [[nodiscard]] std::int64_t stored_ns(const RawBatch& raw) const;

  Database database_;
  Keep keep_;
  std::string lane_;
  Clock& clock_;
  Log& log_;
  std::optional<RetentionClock> retention_;  // set by open()
  RowForm form_;
  RollupLevels rollups_;
  Partitions partitions_;
  Streams streams_;
  CatalogPtr catalog_;
  std::optional<RowText> text_;
  encode::RowCursor rows_;
  PendingRows pending_;
  std::vector<PendingStream> pending_streams_;
  RollupMaker maker_;
  ChunkPacker packer_;
  std::string chunk_;
  std::vector<bool> has_row_;  // frames of the batch at hand
  RowMaker row_maker_;
  std::vector<Last> last_;                    // by StreamId
  std::vector<StreamId> touched_;             // streams with last_[…].set
  std::optional<std::int64_t> data_version_;  // other connections' commits, as SQLite counts them
  std::uint64_t log_frame_bytes_ = 4096 + 24;
  int wal_frames_ = 0;    // in the log, as of the last commit
  int tried_frames_ = 0;  // at the last checkpoint that could not finish
};

}  // namespace cantrail::sqlite
