// The gaps of this run, for status and log: counts, and the last hundred. Thread-safe.
#pragma once

#include <mutex>

#include "component/context.hpp"
#include "pipeline/status.hpp"

namespace cantrail {

class GapLog {
 public:
  explicit GapLog(Log& log) : log_(log) {}
  void add(const GapRecord& gap);
  [[nodiscard]] GapSummary summary() const;

 private:
  static constexpr std::size_t kRecent = 100;

  Log& log_;
  mutable std::mutex mutex_;
  GapSummary summary_;
};

}  // namespace cantrail
