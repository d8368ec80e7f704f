// The rows of one transaction, put in order for packing and rolling up: by stream, then by minute.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "component/sink.hpp"
#include "sinks/sqlite/row_run.hpp"

namespace cantrail::sqlite {

// Rows of one stream, minute and epoch, as many as go into one chunk.
struct RowGroup {
  std::int64_t minute = 0;
  std::uint32_t rows = 0;
  std::span<const RowRun> runs;  // in the order of their positions
};

// Keeps its memory; the batches must outlive it until clear(). Not thread-safe.
class PendingRows {
 public:
  void clear();
  // Rows of one block, in the order of positions within a stream. Neighbours become one run.
  void add(const RowRun& run);

  [[nodiscard]] std::span<const StreamId> streams() const { return touched_; }
  [[nodiscard]] const RowRun& last(StreamId stream) const { return by_stream_[stream].back(); }

  // Calls `use` with each group of the stream, in order of minutes, until one fails.
  template <class Use>
  Status each_group(StreamId stream, bool has_text, Use use) {
    split(by_stream_[stream], has_text);
    for (std::size_t at = 0; at < pieces_.size();) {
      const RowGroup group = take_group(at);
      if (Status used = use(group); !used) return used;
    }
    return {};
  }

 private:
  struct Piece {
    std::int64_t minute = 0;
    RowRun run;
  };

  void split(std::span<const RowRun> runs, bool has_text);
  RowGroup take_group(std::size_t& at);

  std::vector<std::vector<RowRun>> by_stream_;
  std::vector<StreamId> touched_;
  std::vector<Piece> pieces_;
  std::vector<RowRun> runs_;
};

// Bytes of the texts of a row.
[[nodiscard]] std::size_t text_bytes(const StreamBlock& block, const RowSchema& schema, std::size_t row);
[[nodiscard]] bool has_text(const RowSchema& schema);

}  // namespace cantrail::sqlite
