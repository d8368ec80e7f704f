// One sink in the hands of its lane's thread: open, tell of catalogs, write groups, and hold what the sink
// says became of the records against their number. Shared by live and durable lanes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "component/sink.hpp"
#include "model/ledger.hpp"
#include "pipeline/back_off.hpp"
#include "pipeline/lane_filter.hpp"

namespace cantrail {

// A sink may count wrong; then the ledger would not balance, and that must be found at the sink that did it.
[[nodiscard]] Status check_outcome(const WriteOutcome& outcome, std::uint64_t records, std::string_view sink);

// Each fate into its column.
void add_fates(const WriteOutcome& outcome, Ledger& ledger);

class SinkWriter {
 public:
  SinkWriter(SinkContext context, std::unique_ptr<Sink> sink, const LaneKeys& keys)
      : context_(std::move(context)), sink_(std::move(sink)), traits_(sink_->traits()), filter_(keys) {}

  // Opens and, where a catalog was known before, tells of it again.
  Result<std::optional<Position>> open();
  void close();
  [[nodiscard]] bool is_open() const { return open_; }

  // The group without what the lane's keys leave out: to be written next, once.
  void leave_out(std::vector<BatchPtr>& group);

  // Batches of one catalog, of whose first record-carrying one the first `first_index` records were written
  // before. Without batches only the cursor moves. Faults as the sink gives them, `bug` where its counts do
  // not add up.
  Result<WriteOutcome> write(std::span<const BatchPtr> batches, std::uint32_t first_index,
                             const Position& expected, const Position& upto);
  Result<std::optional<Position>> idle();
  Status flush() { return sink_->flush(); }

  [[nodiscard]] const SinkTraits& traits() const { return traits_; }
  [[nodiscard]] const SinkContext& context() const { return context_; }
  [[nodiscard]] std::optional<std::uint64_t> written_bytes() const { return sink_->written_bytes(); }
  [[nodiscard]] std::optional<StoreCheck> check() const { return sink_->check(); }  // any thread
  [[nodiscard]] std::shared_ptr<HistoryReader> history() { return sink_->history(); }
  [[nodiscard]] std::shared_ptr<RecordingList> recordings() { return sink_->recordings(); }

 private:
  SinkContext context_;
  std::unique_ptr<Sink> sink_;
  SinkTraits traits_;
  LaneFilter filter_;
  CatalogPtr catalog_;
  bool open_ = false;
};

}  // namespace cantrail
