// What somebody should see to although the node goes on, made from what its parts tell.
#pragma once

#include <vector>

#include "journal/journal.hpp"
#include "pipeline/journal_writer.hpp"
#include "pipeline/status.hpp"

namespace cantrail {

[[nodiscard]] std::vector<Alarm> journal_alarms(const JournalStats& stats,
                                                const JournalWriter::Health& health);
// Of stores that have found damage in what they hold.
[[nodiscard]] std::vector<Alarm> store_alarms(const std::vector<LaneStatus>& lanes);

}  // namespace cantrail
