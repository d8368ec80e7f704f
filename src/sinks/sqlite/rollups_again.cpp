#include "sinks/sqlite/rollups_again.hpp"

#include <algorithm>

#include <sqlite3.h>

#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/json_cut.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::int64_t kMinutesAnHour = 60, kMinuteUs = kMinuteNs / 1000, kSecondUs = kSecondNs / 1000;

// How many values each signal has in a block.
std::map<std::uint32_t, std::int64_t> counts(const RollupBlock& block) {
  std::map<std::uint32_t, std::int64_t> counts;
  for (const RollupBlock::Slot& slot : block.slots()) {
    std::int64_t sum = 0;
    for (const Bucket& bucket : slot.buckets) sum += bucket.count;
    if (sum > 0) counts[slot.slot] = sum;
  }
  return counts;
}

}  // namespace

Status RollupsAgain::begin() {
  hours_.clear();
  return stored_.load();
}

Result<std::optional<RollupsAgain::Levels>> RollupsAgain::levels_of(std::span<const StoredChunk> rows,
                                                                    std::int64_t minute,
                                                                    std::int64_t stream) {
  const Result<RollupBlock> seconds = seconds_of(rows, minute, stream);
  if (!seconds) return seconds.fault();
  const auto expected = counts(*seconds);
  Levels levels;
  for (const Level level : {Level::seconds, Level::minutes}) {
    const Result<RollupBlock> stored = stored_.get(level, minute, stream);
    if (!stored) return stored.fault();
    const auto found = counts(*stored);
    if (found == expected) {
      levels.push_back(level);
    } else if (!found.empty()) {
      return std::optional<Levels>();
    }
  }
  const Result<Hour*> hour = look_at(floor_div(minute, kMinutesAnHour), stream);
  if (!hour) return hour.fault();
  return (*hour)->exact ? std::optional(levels) : std::optional<Levels>();
}

Result<RollupsAgain::Hour*> RollupsAgain::look_at(std::int64_t hour, std::int64_t stream) {
  const auto [at, fresh] = hours_.try_emplace({hour, stream});
  if (!fresh) return &at->second;
  const Result<RollupBlock> minutes = hour_of_minutes(hour, stream);
  if (!minutes) return minutes.fault();
  const Result<RollupBlock> stored = stored_.get(Level::hours, hour, stream);
  if (!stored) return stored.fault();
  const auto found = counts(*stored), expected = counts(*minutes);
  at->second.written = found == expected;
  at->second.exact = found == expected || found.empty();
  return &at->second;
}

Status RollupsAgain::write(const Levels& levels, std::span<const StoredChunk> rows, std::int64_t minute,
                           std::int64_t stream, std::int64_t stored_ns) {
  const Result<RollupBlock> seconds = seconds_of(rows, minute, stream);
  if (!seconds) return seconds.status();
  RollupBlock whole;
  if (!seconds->empty()) roll_into_one(*seconds, kSecondUs, 0, whole);
  for (const Level level : levels) {
    const RollupBlock& rollup = level == Level::seconds ? *seconds : whole;
    if (Status done = stored_.replace(level, minute, stream, rollup, stored_ns); !done) return done;
  }
  Hour& hour = hours_[{floor_div(minute, kMinutesAnHour), stream}];
  hour.changed = true;
  hour.stored_ns = stored_ns;
  return {};
}

Status RollupsAgain::finish() {
  for (const auto& [key, hour] : hours_) {
    if (!hour.changed || !hour.written) continue;
    const auto [number, stream] = key;
    const Result<RollupBlock> rollup = hour_of_minutes(number, stream);
    if (!rollup) return rollup.status();
    Status done = stored_.replace(Level::hours, number, stream, *rollup, hour.stored_ns);
    if (!done) return done;
  }
  return {};
}

Result<RollupBlock> RollupsAgain::hour_of_minutes(std::int64_t hour, std::int64_t stream) {
  RollupBlock all;
  for (std::int64_t minute = 0; minute < kMinutesAnHour; ++minute) {
    const Result<RollupBlock> one = stored_.get(Level::minutes, hour * kMinutesAnHour + minute, stream);
    if (!one) return one.fault();
    if (!one->empty()) roll_into_one(*one, kMinuteUs, minute * kMinuteUs, all);
  }
  return all;
}

// Chunks in the order of their records: of values with one time the last is the last recorded.
Result<RollupBlock> RollupsAgain::seconds_of(std::span<const StoredChunk> rows, std::int64_t minute,
                                             std::int64_t stream) {
  std::vector<const StoredChunk*> ordered;
  for (const StoredChunk& chunk : rows) {
    if (chunk.stream == stream) ordered.push_back(&chunk);
  }
  std::ranges::stable_sort(ordered, {}, [](const StoredChunk* chunk) {
    return std::tuple(chunk->origin, chunk->rows.seq.front(), chunk->rows.record.front());
  });
  RollupBlock all;
  for (const StoredChunk* chunk : ordered) {
    const auto slots = slots_of(*chunk->schema, stream);
    if (!slots) return slots.fault();
    const RowRun run{nullptr, &chunk->rows.values, 0, static_cast<std::uint32_t>(chunk->rows.rows())};
    maker_.roll_up(std::span(&run, 1), *chunk->schema, *slots, minute);
    all.merge(maker_.seconds());
  }
  return all;
}

Result<std::vector<std::uint32_t>> RollupsAgain::slots_of(const RowSchema& schema, std::int64_t stream) {
  Result<Statement> find = database_.prepare("SELECT signals FROM stream WHERE id=?");
  if (!find) return find.fault();
  find->bind(1, stream);
  if (find->step() != SQLITE_ROW)
    return Fault{FaultKind::corrupt, database_.path() + ": a stream is missing"};
  const std::vector<std::string> names = member_names(find->text(0));
  std::vector<std::uint32_t> slots;
  for (const FieldSchema& field : schema.fields) {
    const auto at = std::ranges::find(names, field.name);
    if (at == names.end()) return Fault{FaultKind::corrupt, database_.path() + ": a signal is missing"};
    slots.push_back(static_cast<std::uint32_t>(at - names.begin()));
  }
  return slots;
}

}  // namespace cantrail::sqlite
