#include "server/live_state.hpp"

#include <algorithm>
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

LiveState::Changes LiveState::since(std::uint64_t version, std::size_t limit) const {
  Changes changes;
  changes.version = version;
  const std::lock_guard lock(mutex_);
  if (version >= version_) return changes;
  std::vector<const LatestRow*> newer;
  for (const auto& [key, row] : rows_) {
    if (row.version > version) newer.push_back(&row);
  }
  std::sort(newer.begin(), newer.end(),
            [](const LatestRow* a, const LatestRow* b) { return a->version < b->version; });
  if (newer.size() > limit) newer.resize(limit);
  changes.rows.reserve(newer.size());
  for (const LatestRow* row : newer) changes.rows.push_back(*row);
  if (!newer.empty()) changes.version = newer.back()->version;
  return changes;
}

std::vector<LatestRow> LiveState::all() const {
  std::vector<LatestRow> rows;
  {
    const std::lock_guard lock(mutex_);
    rows.reserve(rows_.size());
    for (const auto& [key, row] : rows_) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(), [](const LatestRow& a, const LatestRow& b) {
    return std::tie(a.channel, a.message) < std::tie(b.channel, b.message);
  });
  return rows;
}

void LiveState::update(const std::string& key, LatestRow row) {
  const std::lock_guard lock(mutex_);
  LatestRow& place = rows_[key];
  row.rows += place.rows;
  row.version = ++version_;
  place = std::move(row);
}

void LiveState::restore(const std::vector<HistoryRow>& rows) {
  const std::lock_guard lock(mutex_);
  for (const HistoryRow& stored : rows) {
    const std::string key = stored.channel.empty() ? stored.message : stored.channel + ":" + stored.message;
    const auto [at, is_new] = rows_.try_emplace(key);
    LatestRow& row = at->second;
    if (!is_new && (!row.stale || stored.time < row.time)) continue;
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
  }
}

}  // namespace cantrail::server
