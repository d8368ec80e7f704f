#include "sinks/sqlite/sqlite_sink.hpp"

#include "base/file.hpp"
#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/quarantine.hpp"
#include "sinks/sqlite/sink.hpp"

namespace cantrail::sqlite {

SinkTraits SqliteSink::traits() const {
  SinkTraits traits;
  traits.durable = true;
  traits.records = kRecordsAtOnce;
  traits.bytes = 2 << 20;  // of small batches, as slow sensors make them
  traits.delay = delay_;   // few transactions when little comes: they wear SD cards
  // Packed rows and rollups are cut by the minute: those of a whole one are stored once, not in two parts.
  traits.align = std::chrono::nanoseconds(kMinuteNs);
  return traits;
}

Result<std::optional<Position>> SqliteSink::open(const SinkContext& context) {
  store_.reset();
  context_.emplace(context);
  // A failure shows in what SQLite says about the file, which names it.
  context.files.make_directories(parent_path(path_)).ignore();
  const auto found = file_stamp(path_);
  if (!found || (was_open_ && found->inode != inode_)) another_file();
  Result<std::optional<Position>> cursor = try_open(context);
  if (!cursor && cursor.fault().kind == FaultKind::corrupt) {
    if (Status aside = quarantine(context, cursor.fault().message); !aside) return aside.fault();
    cursor = try_open(context);
  }
  if (cursor) {
    was_open_ = true;
    if (check_) check_->resume(context);
  } else if (was_open_ && cursor.fault().kind == FaultKind::config) {
    // It worked before: a disk that went away, not a mistake in the configuration.
    return Fault{FaultKind::unavailable, cursor.fault().message};
  }
  return cursor;
}

Result<std::optional<Position>> SqliteSink::try_open(const SinkContext& context) {
  Result<std::unique_ptr<Store>> store =
      Store::open(path_, options_, context.name, context.clock, context.log);
  if (!store) return store.fault();
  Result<std::optional<Position>> cursor = (*store)->cursor(context.journal);
  if (cursor && !*cursor && (*store)->knows_other_journal(context.journal)) {
    context.log.write(Severity::warning, context.name,
                      path_ +
                          " was fed from another journal until now. Its rows stay; where a source reads a "
                          "recording again, they will be there twice");
  }
  if (!cursor) return cursor;
  const auto stamp = file_stamp(path_);
  if (!stamp) return stamp.fault();
  inode_ = stamp->inode;
  store_ = std::move(*store);
  return cursor;
}

// Readers open it anew, and there is nothing in it that was not written just now.
void SqliteSink::another_file() {
  if (check_) check_->give_up();
  history_->invalidate();
}

Status SqliteSink::quarantine(const SinkContext& context, const std::string& why) {
  if (check_) check_->give_up();  // no connection may be open
  const Result<std::string> aside = move_aside(path_, context.files, context.clock.wall());
  if (!aside) return aside.status();
  history_->invalidate();
  context.log.write(Severity::error, context.name,
                    why + "; kept as " + *aside + ", a new history begins (" + kRowsBack + ")");
  return {};
}

Status SqliteSink::catalog(const CatalogPtr&, const CatalogPtr& new_catalog) {
  if (!store_) return {FaultKind::unavailable, path_ + " is closed"};
  store_->use(new_catalog);
  return {};
}

// A file without a name takes all that is written to it, and nobody will find it.
Status SqliteSink::still_there() {
  const auto stamp = file_stamp(path_);
  if (stamp && stamp->inode == inode_) return {};
  store_.reset();
  another_file();
  return {FaultKind::unavailable, path_ + " was removed or replaced while it was written to"};
}

Result<WriteOutcome> SqliteSink::write(std::span<const BatchPtr> batches, const Position& expected,
                                       const Position& upto) {
  if (!store_) return Fault{FaultKind::unavailable, path_ + " is closed"};
  if (Status there = still_there(); !there) return there.fault();
  Result<WriteOutcome> outcome = store_->write(batches, expected, upto, context_->rejected);
  if (outcome) return outcome;
  store_.reset();
  Fault fault = outcome.fault();
  if (fault.kind == FaultKind::config) fault.kind = FaultKind::unavailable;  // it could be written until now
  if (fault.kind == FaultKind::corrupt) {
    if (Status aside = quarantine(*context_, fault.message); !aside) return aside.fault();
  }
  return fault;
}

// Commits are in the log already; what is asked for here is a tidy file.
Status SqliteSink::flush() {
  if (!store_) return {};
  if (Status there = still_there(); !there) return there;
  store_->checkpoint_all();
  return {};
}

void SqliteSink::close() {
  if (check_) check_->pause();
  if (store_) store_->checkpoint_all();  // with readers about, closing alone would leave it in the log
  store_.reset();
}

}  // namespace cantrail::sqlite
