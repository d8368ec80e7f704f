#include "server/frame_state.hpp"

#include <algorithm>
#include <tuple>

#include "base/text.hpp"

namespace cantrail::server {
namespace {

constexpr Duration kWindow = std::chrono::seconds(1);

double seconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1e9;
}

}  // namespace

void FrameState::set_channels(std::vector<std::string> aliases) {
  const std::lock_guard lock(mutex_);
  const bool grew =
      channels_.size() <= aliases.size() && std::equal(channels_.begin(), channels_.end(), aliases.begin());
  if (!grew) {
    entries_.clear();
    ages_.clear();
  }
  channels_ = std::move(aliases);
}

FrameState::Entry& FrameState::entry_of(std::uint64_t key, const FramesSeen& seen) {
  const auto known = entries_.find(key);
  if (known != entries_.end()) {
    ages_.splice(ages_.end(), ages_, known->second.age);
    return known->second;
  }
  if (entries_.size() >= capacity_) {
    entries_.erase(ages_.front());
    ages_.pop_front();
    ++dropped_;
  }
  Entry& entry = entries_[key];
  entry.channel = seen.newest.channel;
  entry.window_start = seen.at;
  entry.age = ages_.insert(ages_.end(), key);
  return entry;
}

void FrameState::take(std::span<const FramesSeen> seen) {
  const std::lock_guard lock(mutex_);
  for (const FramesSeen& one : seen) {
    const FrameView& view = one.newest;
    Entry& entry = entry_of(std::uint64_t{view.channel} << 32 | view.id, one);
    LatestFrame& frame = entry.frame;
    frame.id = view.id;
    frame.flags = view.flags;
    frame.length = view.length;
    frame.data_bytes = static_cast<std::uint8_t>(std::min(view.data.size(), frame.data.size()));
    std::copy_n(view.data.begin(), frame.data_bytes, frame.data.begin());
    frame.time = view.time;
    frame.seen = one.at;
    frame.count += one.count;
    const Duration window = one.at - entry.window_start;
    if (window >= kWindow) {
      entry.last_rate = static_cast<double>(entry.window_count) / seconds(window);
      entry.window_start = one.at;
      entry.window_count = 0;
    }
    entry.window_count += one.count;
  }
}

// Of the last whole window; once two windows have passed without a new one beginning, what has come since it
// began, so that the rate of a bus that fell silent sinks.
std::optional<double> FrameState::rate_of(const Entry& entry, MonoTime now) {
  const Duration open = now - entry.window_start;
  if (open < kWindow || (entry.last_rate && open < 2 * kWindow)) return entry.last_rate;
  const double since = static_cast<double>(entry.window_count) / seconds(open);
  return entry.last_rate ? std::min(*entry.last_rate, since) : since;
}

FrameState::Found FrameState::find(const FrameQuery& query, MonoTime now) const {
  Found found;
  {
    const std::lock_guard lock(mutex_);
    found.dropped = dropped_;
    std::vector<bool> wanted;
    for (const std::string& alias : channels_) {
      wanted.push_back(query.channel.empty() || glob_match(query.channel, alias));
    }
    for (auto key = ages_.rbegin(); key != ages_.rend(); ++key) {
      const Entry& entry = entries_.at(*key);
      if (entry.channel >= wanted.size() || !wanted[entry.channel]) continue;
      if (query.id && *query.id != entry.frame.number()) continue;
      found.more = found.frames.size() == query.limit;
      if (found.more) break;
      LatestFrame& frame = found.frames.emplace_back(entry.frame);
      frame.channel = channels_[entry.channel];
      frame.rate = rate_of(entry, now);
    }
  }
  std::sort(found.frames.begin(), found.frames.end(), [](const LatestFrame& a, const LatestFrame& b) {
    return std::tuple(std::string_view(a.channel), a.number(), a.id) <
           std::tuple(std::string_view(b.channel), b.number(), b.id);
  });
  return found;
}

}  // namespace cantrail::server
