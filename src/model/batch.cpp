#include "model/batch.hpp"

#include <algorithm>

namespace cantrail {
namespace {

std::size_t count_between(const std::vector<std::uint32_t>& ascending, std::size_t from, std::size_t to) {
  const auto first = std::lower_bound(ascending.begin(), ascending.end(), from);
  return static_cast<std::size_t>(std::lower_bound(first, ascending.end(), to) - first);
}

}  // namespace

std::size_t RawBatch::records() const {
  std::size_t count = frames.size();
  for (const StreamBlock& block : rows) count += block.rows();
  return count;
}

std::size_t RawBatch::memory_bytes() const {
  std::size_t bytes = sizeof(RawBatch) + frames.memory_bytes() + source_position.capacity() +
                      gaps.capacity() * sizeof(GapRecord);
  for (const StreamBlock& block : rows) bytes += block.memory_bytes();
  return bytes;
}

void RawBatch::clear() {
  position = {};
  first_record = 0;
  catalog.reset();
  source = 0;
  clock = {};
  source_position.clear();
  frames.clear();
  rows.clear();
  gaps.clear();
  can_wait = false;
  tick = false;
  fate = JournalFate::waiting;
}

void leave_out_misfits(RawBatch& batch) {
  const auto& streams = batch.catalog->streams;
  std::erase_if(batch.rows, [&](const StreamBlock& rows) {
    return rows.stream() >= streams.size() || rows.fields() != streams[rows.stream()].row->fields.size();
  });
}

TimeSpan time_span(const RawBatch& batch) {
  std::optional<TimeSpan> span;
  const auto include = [&](std::span<const std::int64_t> times) {
    if (times.empty()) return;
    const auto [first, last] = std::minmax({WallTime{times.front()}, WallTime{times.back()}});
    span = span ? TimeSpan{std::min(span->from, first), std::max(span->to, last)} : TimeSpan{first, last};
  };
  include(batch.frames.time_ns());
  for (const StreamBlock& block : batch.rows) include(block.time_ns());
  return span.value_or(TimeSpan{batch.clock.wall, batch.clock.wall});
}

std::size_t Batch::left_out_between(std::size_t from, std::size_t to) const {
  return count_between(left_out, from, to);
}

std::size_t Batch::parts_between(std::size_t from, std::size_t to) const {
  return count_between(parts, from, to);
}

bool Batch::leaves_out(std::size_t record) const {
  return std::binary_search(left_out.begin(), left_out.end(), record);
}

}  // namespace cantrail
