#include "sinks/sqlite/pending_rows.hpp"

#include <algorithm>
#include <utility>

#include "sinks/sqlite/block_key.hpp"

namespace cantrail::sqlite {
namespace {

bool same_origin(const RowRun& a, const RowRun& b) {
  const Position& one = a.batch->raw->position;
  const Position& other = b.batch->raw->position;
  return one.epoch == other.epoch && one.journal == other.journal;
}

}  // namespace

bool has_text(const RowSchema& schema) {
  return std::ranges::any_of(schema.fields, holds_bytes, &FieldSchema::type);
}

std::size_t text_bytes(const StreamBlock& block, const RowSchema& schema, std::size_t row) {
  std::size_t bytes = 0;
  for (std::size_t field = 0; field < schema.fields.size(); ++field) {
    if (holds_bytes(schema.fields[field].type) && block.valid(field, row))
      bytes += block.text(field, row).size();
  }
  return bytes;
}

void PendingRows::clear() {
  for (const StreamId stream : touched_) by_stream_[stream].clear();
  touched_.clear();
}

void PendingRows::add(const RowRun& run) {
  if (run.from == run.to) return;
  const StreamId stream = run.block->stream();
  if (by_stream_.size() <= stream) by_stream_.resize(stream + 1);
  std::vector<RowRun>& runs = by_stream_[stream];
  if (runs.empty()) touched_.push_back(stream);
  if (!runs.empty() && runs.back().block == run.block && runs.back().to == run.from) {
    runs.back().to = run.to;
  } else {
    runs.push_back(run);
  }
}

void PendingRows::lay_out(std::span<const PendingStream> streams) {
  pieces_.clear();
  stretches_.clear();
  for (const PendingStream& one : streams) {
    const std::size_t first = pieces_.size();
    split(by_stream_[one.stream], one.has_text);
    for (std::size_t at = first; at < pieces_.size(); ++at) {
      if (at == first || pieces_[at].minute != stretches_.back().minute) {
        stretches_.push_back({pieces_[at].minute, one.number, one.stream, at, at});
      }
      stretches_.back().end = at + 1;
    }
  }
  std::ranges::sort(stretches_, {}, [](const Stretch& one) { return std::pair(one.minute, one.number); });
}

// Into pieces of one minute; rows with texts one by one, since they can be of any size.
void PendingRows::split(std::span<const RowRun> runs, bool has_text) {
  const std::size_t first = pieces_.size();
  bool in_order = true;
  for (const RowRun& run : runs) {
    const auto times = run.block->time_ns();
    Piece piece{floor_div(times[run.from], kMinuteNs), run};
    const auto close = [&](std::uint32_t end) {
      piece.run.to = end;
      in_order = in_order && (pieces_.size() == first || pieces_.back().minute <= piece.minute);
      pieces_.push_back(piece);
    };
    for (std::uint32_t row = run.from + 1; row < run.to; ++row) {
      const std::int64_t minute = floor_div(times[row], kMinuteNs);
      if (minute == piece.minute && !has_text) continue;
      close(row);
      piece = {minute, run};
      piece.run.from = row;
    }
    close(run.to);
  }
  if (!in_order) {
    std::ranges::stable_sort(pieces_.begin() + static_cast<std::ptrdiff_t>(first), pieces_.end(), {},
                             [](const Piece& piece) { return piece.minute; });
  }
}

RowGroup PendingRows::take_group(std::size_t& at, std::size_t end) {
  runs_.clear();
  RowGroup group;
  group.minute = pieces_[at].minute;
  std::size_t text = 0;
  while (at < end) {
    RowRun& run = pieces_[at].run;
    if (!runs_.empty() && !same_origin(runs_.front(), run)) break;
    if (group.rows == kRowsInChunk || text > kTextInChunk) break;
    text += run.block->text_arena().size() / std::max<std::size_t>(run.block->rows(), 1) * run.rows();
    const std::uint32_t room = kRowsInChunk - group.rows;
    runs_.push_back(run);
    if (run.rows() > room) {
      runs_.back().to = run.from + room;
      run.from += room;
      group.rows = kRowsInChunk;
      break;
    }
    group.rows += run.rows();
    ++at;
  }
  group.runs = runs_;
  return group;
}

}  // namespace cantrail::sqlite
