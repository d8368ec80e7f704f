#include "pipeline/gap_log.hpp"

#include "base/text.hpp"

namespace cantrail {

void GapLog::add(const GapRecord& gap) {
  {
    const std::lock_guard lock(mutex_);
    ++summary_.count;
    GapCount& count = summary_.by_reason[gap.reason];
    ++count.gaps;
    count.records += gap.count.value_or(0);
    summary_.recent.push_back(gap);
    if (summary_.recent.size() > kRecent) summary_.recent.erase(summary_.recent.begin());
  }
  log_.write(Severity::warning, gap.where,
             "gap: " + std::string(to_string(gap.reason)) + ", " +
                 (gap.count ? format_count(*gap.count) + " records" : std::string("count unknown")) + ", " +
                 to_rfc3339(gap.from) + " to " + to_rfc3339(gap.to));
}

GapSummary GapLog::summary() const {
  const std::lock_guard lock(mutex_);
  return summary_;
}

}  // namespace cantrail
