// The rows of one transaction, put in order for packing and rolling up: by minute, then by stream, as the
// keys of what is stored are. So all of it is appended, and fills its pages.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "component/sink.hpp"
#include "sinks/sqlite/row_run.hpp"

namespace cantrail::sqlite {

inline constexpr std::uint32_t kRowsInChunk = 4096;  // at most: reading one row reads them all
inline constexpr std::size_t kTextInChunk = std::size_t{256} << 10;  // bytes at most, unless one row has more

// Rows of one stream, minute and epoch, as many as go into one chunk.
struct RowGroup {
  std::int64_t minute = 0;
  std::uint32_t rows = 0;
  std::span<const RowRun> runs;  // in the order of their positions
};

// A stream, its number in the file, and whether it has texts.
struct PendingStream {
  StreamId stream = 0;
  std::int64_t number = 0;
  bool has_text = false;
};

// Keeps its memory; the batches must outlive it until clear(). Not thread-safe.
class PendingRows {
 public:
  void clear();
  // Rows of one block, in the order of positions within a stream. Neighbours become one run.
  void add(const RowRun& run);

  [[nodiscard]] std::span<const StreamId> streams() const { return touched_; }
  // Calls `use(stream, group)` with each group, in order of minutes and of the streams' numbers, until one
  // fails. `streams`: those of streams().
  template <class Use>
  Status each_group(std::span<const PendingStream> streams, Use use) {
    lay_out(streams);
    for (const Stretch& stretch : stretches_) {
      for (std::size_t at = stretch.begin; at < stretch.end;) {
        const RowGroup group = take_group(at, stretch.end);
        if (Status used = use(stretch.stream, group); !used) return used;
      }
    }
    return {};
  }

 private:
  struct Piece {
    std::int64_t minute = 0;
    RowRun run;
  };

  // A stream's rows of one minute: pieces [begin, end).
  struct Stretch {
    std::int64_t minute = 0, number = 0;
    StreamId stream = 0;
    std::size_t begin = 0, end = 0;
  };

  void lay_out(std::span<const PendingStream> streams);
  void split(std::span<const RowRun> runs, bool has_text);
  RowGroup take_group(std::size_t& at, std::size_t end);

  std::vector<std::vector<RowRun>> by_stream_;
  std::vector<StreamId> touched_;
  std::vector<Piece> pieces_;  // of one stream behind the other, each in order of minutes
  std::vector<Stretch> stretches_;
  std::vector<RowRun> runs_;
};

// Bytes of the texts of a row.
[[nodiscard]] std::size_t text_bytes(const StreamBlock& block, const RowSchema& schema, std::size_t row);
[[nodiscard]] bool has_text(const RowSchema& schema);

}  // namespace cantrail::sqlite
