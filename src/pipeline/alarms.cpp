#include "pipeline/alarms.hpp"

#include "base/text.hpp"

namespace cantrail {

std::vector<Alarm> journal_alarms(const JournalStats& stats, const JournalWriter::Health& health) {
  std::vector<Alarm> alarms;
  if (!health.ok) {
    alarms.push_back({"journal_not_written",
                      health.message + "; capture and live view go on, nothing is recorded meanwhile",
                      health.since});
  }
  if (stats.sync_failures != 0) {
    alarms.push_back(
        {"journal_sync_failed",
         stats.sync_failure + " (" + counted(stats.sync_failures, "failed sync") +
             " in this run); what its file had not synced a power cut may take: look at the disk",
         stats.sync_failed_at});
  }
  if (stats.damaged_places != 0) {
    alarms.push_back({"journal_damaged",
                      format_bytes(stats.damaged_bytes) + " at " + counted(stats.damaged_places, "place") +
                          " of the journal cannot be read; the gaps journal_corrupt tell what that cost",
                      std::nullopt});
  }
  return alarms;
}

std::vector<Alarm> store_alarms(const std::vector<LaneStatus>& lanes) {
  std::vector<Alarm> alarms;
  for (const LaneStatus& lane : lanes) {
    if (!lane.check || lane.check->damage.empty()) continue;
    alarms.push_back({"store_damaged", lane.name + ": " + lane.check->damage, lane.check->found_at});
  }
  return alarms;
}

}  // namespace cantrail
