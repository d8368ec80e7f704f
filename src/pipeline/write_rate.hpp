// How much is written in a day, judged by the last hour.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.hpp"

namespace cantrail {

// Not thread-safe. Remembers one count a minute.
class WriteRate {
 public:
  // `bytes`: all since the start.
  void add(MonoTime now, std::uint64_t bytes) {
    if (!first_) first_ = now;
    bytes_ = bytes;
    if (!counts_.empty() && now - counts_.back().at < std::chrono::minutes(1)) return;
    counts_.push_back({now, bytes});
    while (counts_.size() > 1 && now - counts_[1].at >= std::chrono::hours(1)) counts_.pop_front();
  }
  // nullopt in the first minute: the start says nothing about the rest.
  [[nodiscard]] std::optional<std::uint64_t> per_day(MonoTime now) const {
    if (!first_ || now - *first_ < std::chrono::minutes(1)) return std::nullopt;
    const Duration past = now - counts_.front().at;
    constexpr double kDayNs = 86'400e9;
    const auto written = static_cast<double>(bytes_ - counts_.front().bytes);
    return static_cast<std::uint64_t>(written / static_cast<double>(past.count()) * kDayNs);
  }

 private:
  struct Count {
    MonoTime at;
    std::uint64_t bytes = 0;
  };
  std::optional<MonoTime> first_;
  std::deque<Count> counts_;
  std::uint64_t bytes_ = 0;
};

}  // namespace cantrail
