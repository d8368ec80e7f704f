#include "sinks/mcap/filler.hpp"

#include <algorithm>

#include "model/row_frame.hpp"

namespace cantrail::mcap_sink {
namespace {

using namespace encode::protobuf;

}  // namespace

std::uint64_t Filler::log_time(std::int64_t time_ns) {
  const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(time_ns, 0));
  newest_ns_ = std::max(newest_ns_, time);
  return time;
}

void Filler::put(std::uint16_t channel, std::int64_t time_ns, mcap::ChunkBuilder& out) {
  const std::uint64_t time = log_time(time_ns);
  full_ |= !out.append({channel, 0, time, time}, std::as_bytes(std::span(text_)));
}

Status Filler::fill(const Channels& channels, const Part& part, mcap::ChunkBuilder& out,
                    WriteOutcome& outcome) {
  const Batch& batch = part.batch;
  fallback_ns_ = time_span(*batch.raw).to.ns;
  put_gaps(part, out);
  if (selection_.raw) {
    put_frames(channels, part, out);
  } else {
    has_row_.assign(batch.raw->frames.size(), false);
  }
  if (selection_.decoded) {
    const std::size_t last = std::max<std::size_t>(batch.raw->records(), 1) - 1;
    for (const StreamBlock& block : batch.blocks) put_block(channels, part, block, Rows::derived, last, out);
  }
  std::size_t record = batch.raw->frames.size();
  for (const StreamBlock& block : batch.rows()) {
    put_block(channels, part, block, Rows::are_records, record, out);
    record += block.rows();
  }
  count(part, outcome);
  return full_ ? Status{FaultKind::bug, "a chunk of a recording has become too large"} : Status{};
}

void Filler::count(const Part& part, WriteOutcome& outcome) {
  const Batch& batch = part.batch;
  const std::size_t frames = batch.raw->frames.size();
  const std::size_t from = std::min(part.from, frames), to = std::min(part.to, frames);
  const std::size_t rows = (part.to - part.from) - (to - from);
  const std::size_t frames_left_out = batch.left_out_between(from, to);
  std::size_t taken = to - from - frames_left_out;
  if (!selection_.raw) {
    const auto begin = has_row_.begin();
    taken = static_cast<std::size_t>(
        std::count(begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to), true));
    taken += batch.parts_between(from, to);
  }
  outcome.delivered += taken + rows - (batch.left_out_between(part.from, part.to) - frames_left_out);
  outcome.undecoded += to - from - frames_left_out - taken;
}

void Filler::put_gaps(const Part& part, mcap::ChunkBuilder& out) {
  const RawBatch& raw = *part.batch.raw;
  const bool to_the_end = part.to == raw.records();
  for (const GapRecord& gap : raw.gaps) {
    if (gap.before_index < part.from || (gap.before_index >= part.to && !to_the_end)) continue;
    text_.clear();
    append_gap(text_, gap, &raw.position);
    put(kGapChannel, gap.to.ns, out);  // when it was over: a recording does not begin long before its records
  }
}

void Filler::put_frames(const Channels& channels, const Part& part, mcap::ChunkBuilder& out) {
  const RawBatch& raw = *part.batch.raw;
  const FrameBlock& frames = raw.frames;
  const FrameEncoder& encoder = channels.frames();
  const std::size_t to = std::min(part.to, frames.size());
  const bool some_left_out = !part.batch.left_out.empty();
  for (std::size_t i = part.from; i < to; ++i) {
    if (some_left_out && part.batch.leaves_out(i)) continue;
    auto* const at = reinterpret_cast<char*>(out.prepare(encoder.most_bytes()));
    if (at == nullptr) {
      full_ = true;
      return;
    }
    const char* const end = encoder.put(at, frames, i, &raw.position);
    const std::uint64_t time = log_time(frames.time_ns()[i]);
    out.commit({Channels::of_bus(frames.channel()[i]), 0, time, time}, static_cast<std::size_t>(end - at));
  }
}

void Filler::put_block(const Channels& channels, const Part& part, const StreamBlock& block, Rows rows,
                       std::size_t record, mcap::ChunkBuilder& out) {
  const Batch& batch = part.batch;
  const RowEncoder& encoder = channels.rows();
  const std::span<const std::uint32_t> frame = block.frame();
  const bool of_frames = !frame.empty();
  const bool are_records = rows == Rows::are_records;
  const bool all = part.whole() && (!are_records || batch.left_out.empty());
  const std::uint16_t channel = Channels::of_stream(block.stream());
  const RowFrames frames(batch, block);
  for (std::size_t row = 0; row < block.rows(); ++row) {
    const std::size_t its = of_frames ? frame[row] : are_records ? record + row : record;
    if (!all && (!part.holds(its) || (are_records && batch.leaves_out(its)))) continue;
    if (of_frames && !selection_.raw) has_row_[its] = true;
    auto* const at = reinterpret_cast<char*>(out.prepare(encoder.most_bytes(block, row)));
    if (at == nullptr) {
      full_ = true;
      return;
    }
    const char* const end = encoder.put(at, block, row, frames.id(row));
    const std::uint64_t time = log_time(block.time_ns()[row]);
    out.commit({channel, 0, time, time}, static_cast<std::size_t>(end - at));
  }
}

Status Filler::end_chunk(std::string_view lane, const Mark& mark, mcap::ChunkBuilder& out) {
  const WallTime time{newest_ns_ != 0 ? static_cast<std::int64_t>(newest_ns_) : fallback_ns_};
  text_.clear();
  append_ledger(text_, mark.ledger, lane, mark.cursor->epoch, time);
  put(kLedgerChannel, time.ns, out);
  text_.clear();
  append_cursor(text_, *mark.cursor, time);
  put(kCursorChannel, time.ns, out);
  newest_ns_ = 0;
  return full_ ? Status{FaultKind::bug, "a chunk of a recording has become too large"} : Status{};
}

}  // namespace cantrail::mcap_sink
