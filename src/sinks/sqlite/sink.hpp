// What the pipeline sees of the history file: opens it, quarantines it where it is damaged, lets the Store
// write.
#pragma once

#include <memory>
#include <string>

#include "component/keep.hpp"
#include "component/sink.hpp"
#include "sinks/sqlite/background_check.hpp"
#include "sinks/sqlite/counting_vfs.hpp"
#include "sinks/sqlite/history.hpp"
#include "sinks/sqlite/store.hpp"

namespace cantrail::sqlite {

// The most records of one transaction; fewer where `delay` ends first.
inline constexpr std::size_t kRecordsAtOnce = 8192;

// Durable. Lane's thread only, but for what history() returns.
class SqliteSink final : public Sink {
 public:
  // `check`: how fast what the file held at the first open() is looked through; nullopt: it is not.
  SqliteSink(std::string path, const StoreOptions& options, Duration delay, std::optional<CheckPace> check)
      : path_(std::move(path)), options_(options), delay_(delay), history_(std::make_shared<History>(path_)) {
    options_.vfs = vfs_.name();
    if (check) check_.emplace(path_, *check);
  }

  [[nodiscard]] SinkTraits traits() const override;
  // A damaged file is moved aside, with a word to the log, and a new one begun.
  Result<std::optional<Position>> open(const SinkContext& context) override;
  Status catalog(const CatalogPtr& old_catalog, const CatalogPtr& new_catalog) override;
  // After any fault the file is closed: open() again. Fault `corrupt`: it is aside already.
  Result<WriteOutcome> write(std::span<const BatchPtr> batches, const Position& expected,
                             const Position& upto) override;
  Status flush() override;
  void close() override;
  [[nodiscard]] std::shared_ptr<HistoryReader> history() override { return history_; }
  [[nodiscard]] std::optional<std::uint64_t> written_bytes() const override { return vfs_.written(); }
  [[nodiscard]] std::optional<StoreCheck> check() const override {
    return check_ ? check_->state() : std::nullopt;
  }

 private:
  Result<std::optional<Position>> try_open(const SinkContext& context);
  Status still_there();
  Status quarantine(const SinkContext& context, const std::string& why);
  void another_file();

  std::string path_;
  CountingVfs vfs_;
  StoreOptions options_;
  Duration delay_;
  std::shared_ptr<History> history_;
  std::unique_ptr<Store> store_;
  std::optional<SinkContext> context_;  // of the last open()
  bool was_open_ = false;
  std::uint64_t inode_ = 0;  // of the file that is open
  std::optional<BackgroundCheck> check_;
};

}  // namespace cantrail::sqlite
