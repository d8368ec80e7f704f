#include "cli/history_output.hpp"

#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "cli/standard_log.hpp"
#include "component/sink.hpp"
#include "sinks/sqlite/sqlite_sink.hpp"

namespace cantrail::cli {
namespace {

constexpr std::size_t kMostBatches = 512;  // of a transaction

class HistoryOutput final : public BatchOutput {
 public:
  HistoryOutput(std::string path, const JournalId& journal) : path_(std::move(path)), journal_(journal) {
    SqliteConfig config;
    config.path.value = path_ + ".part";
    config.keep = config.keep_1s = config.keep_1m = config.keep_1h = Keep{};
    sink_ = config.make();
    records_at_once_ = sink_->traits().records;
  }

  Status open() {
    const auto opened = sink_->open({"history", "", journal_, clock_, real_file_system(), log_, nullptr});
    return opened.status();
  }

  Status write(const BatchPtr& batch) override {
    if (!batches_.empty() && batches_.back()->raw->catalog != batch->raw->catalog) {
      if (Status put = put_batches(); !put) return put;
    }
    batches_.push_back(batch);
    records_ += batch->raw->records();
    return records_ < records_at_once_ && batches_.size() < kMostBatches ? Status{} : put_batches();
  }

  Status finish() override {
    if (Status put = put_batches(); !put) return put;
    if (!catalog_) return {FaultKind::rejected, "there is nothing in it: no history was made"};
    if (Status flushed = sink_->flush(); !flushed) return flushed;
    sink_->close();
    sink_.reset();  // the last connection takes the log with it
    return real_file_system().rename(path_ + ".part", path_);
  }

  void discard() override {
    sink_.reset();
    for (const char* of_history : {".part", ".part-wal", ".part-shm"}) {
      const std::string name = path_ + of_history;
      if (real_file_system().exists(name)) real_file_system().remove(name).ignore();
    }
  }

 private:
  Status put_batches() {
    if (batches_.empty()) return {};
    const CatalogPtr catalog = batches_.front()->raw->catalog;
    if (catalog != catalog_) {
      if (Status used = sink_->catalog(catalog_, catalog); !used) return used;
      catalog_ = catalog;
    }
    const Position upto = batches_.back()->end();
    const auto written = sink_->write(batches_, cursor_.value_or(batches_.front()->begin()), upto);
    if (!written) return written.status();
    if (!written->rejected.empty()) {
      return {FaultKind::rejected, path_ + ": a row cannot be stored: " + written->rejected.front().reason};
    }
    cursor_ = upto;
    batches_.clear();
    records_ = 0;
    return {};
  }

  std::string path_;
  JournalId journal_;
  SystemClock clock_;
  StandardErrorLog log_;
  std::unique_ptr<Sink> sink_;
  std::size_t records_at_once_ = 0;
  CatalogPtr catalog_;
  std::optional<Position> cursor_;
  std::vector<BatchPtr> batches_;
  std::size_t records_ = 0;
};

}  // namespace

Result<std::unique_ptr<BatchOutput>> open_history_output(const std::string& path,
                                                         const std::optional<JournalId>& journal) {
  FileSystem& files = real_file_system();
  if (files.exists(path)) {
    return Fault{FaultKind::rejected, path + " is there already: it is not written over"};
  }
  if (const std::string log = path + "-wal"; files.exists(log)) {  // SQLite would play it into the new file
    return Fault{FaultKind::rejected, log + " is left of another history: remove it first"};
  }
  if (!journal) {
    return Fault{FaultKind::rejected,
                 "a history is made of a journal: its rows say where in the journal they come from"};
  }
  auto output = std::make_unique<HistoryOutput>(path, *journal);
  if (Status opened = output->open(); !opened) {
    output->discard();
    return opened.fault();
  }
  return std::unique_ptr<BatchOutput>(std::move(output));
}

}  // namespace cantrail::cli
