#include "server/live_state.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "server/exact_integers.hpp"

namespace cantrail::server {

Duration age_of(const LatestRow& row, const ClockPair& now) {
  const Duration age = row.seen ? now.mono - *row.seen : now.wall - row.time;
  return std::max(age, Duration(0));
}

bool is_stale(const LatestRow& row, const ClockPair& now) {
  return row.stale || age_of(row, now) > std::chrono::milliseconds(row.stale_after_ms);
}

// What is taken out under the lock; its text is made without it.
struct LiveState::Copy {
  explicit Copy(const Entry& entry)
      : row(entry.row), maker(entry.maker), held(maker ? entry.held.copy() : HeldRow{}) {}
  [[nodiscard]] LatestRow made(std::uint64_t since) && {
    if (!maker) return std::move(row);
    LatestRow full = maker->make(held, since);
    full.version = row.version;
    full.rows = row.rows;
    return full;
  }
  LatestRow row;
  std::shared_ptr<const LatestRowMaker> maker;
  HeldRow held;
};

LiveState::Changes LiveState::since(std::uint64_t version, std::size_t limit, const Wanted& wanted) const {
  Changes changes;
  std::vector<Copy> copies;
  {
    const std::lock_guard lock(mutex_);
    changes.version = std::max(version, version_);
    if (version >= version_) return changes;
    std::vector<const Entry*> newer;
    for (const auto& [key, entry] : rows_) {
      if (entry.row.version > version && (!wanted || wanted(entry.still()))) newer.push_back(&entry);
    }
    std::sort(newer.begin(), newer.end(),
              [](const Entry* a, const Entry* b) { return a->row.version < b->row.version; });
    if (newer.size() > limit) {
      newer.resize(limit);
      changes.version = newer.empty() ? version : newer.back()->row.version;
    }
    copies.reserve(newer.size());
    for (const Entry* entry : newer) copies.emplace_back(*entry);
  }
  changes.rows.reserve(copies.size());
  for (Copy& copy : copies) changes.rows.push_back(std::move(copy).made(version));
  return changes;
}

std::vector<LatestRow> LiveState::all() const {
  std::vector<LatestRow> rows = since(0, std::numeric_limits<std::size_t>::max()).rows;
  std::sort(rows.begin(), rows.end(), [](const LatestRow& a, const LatestRow& b) {
    return std::tie(a.channel, a.message) < std::tie(b.channel, b.message);
  });
  return rows;
}

void LiveState::set_streams(std::vector<std::shared_ptr<const LatestRowMaker>> streams) {
  const std::lock_guard lock(mutex_);
  streams_.clear();
  for (auto& maker : streams) streams_.push_back({std::move(maker), nullptr});
}

void LiveState::take(std::span<const NewestRow> rows) {
  const std::lock_guard lock(mutex_);
  for (const NewestRow& newest : rows) {
    Stream& stream = streams_[newest.stream];
    if (stream.entry == nullptr) stream.entry = &rows_[stream.maker->key()];
    Entry& entry = *stream.entry;
    if (entry.maker != stream.maker) {
      if (!entry.maker || !entry.maker->has_schema_of(*stream.maker)) entry.held.earlier.clear();
      entry.maker = stream.maker;
      LatestRow counts;  // of what was there only that goes on
      counts.rows = entry.row.rows;
      entry.row = std::move(counts);
    }
    LatestRowMaker::hold(*newest.batch, *newest.block, newest.block->rows() - 1, entry.held);
    entry.row.rows += newest.rows;
    entry.row.version = ++version_;
    entry.held.earlier.take(newest.earlier, version_);
  }
}

void LiveState::update(const std::string& key, LatestRow row) {
  const std::lock_guard lock(mutex_);
  Entry& entry = rows_[key];
  row.rows += entry.row.rows;
  row.version = ++version_;
  entry.row = std::move(row);
  entry.maker.reset();
}

void LiveState::restore(const std::vector<HistoryRow>& rows) {
  const std::lock_guard lock(mutex_);
  for (const HistoryRow& stored : rows) {
    const std::string key = stored.channel.empty() ? stored.message : stored.channel + ":" + stored.message;
    const auto [at, is_new] = rows_.try_emplace(key);
    LatestRow& row = at->second.row;
    if (!is_new && (at->second.maker || !row.stale || stored.time < row.time)) continue;
    row.channel = stored.channel;
    row.message = stored.message;
    row.id = stored.id;
    row.time = stored.time;
    row.version = ++version_;
    row.stale = true;
    row.data = stored.data;
    row.signals.clear();
    append_exact_json(row.signals, stored.signals);
    row.labels = stored.labels.empty() ? "{}" : stored.labels;
    row.quality = stored.quality;
  }
}

}  // namespace cantrail::server
