#include "model/gap.hpp"

namespace cantrail {

std::string_view to_string(GapReason reason) {
  switch (reason) {
    case GapReason::receive_overflow:
      return "receive_overflow";
    case GapReason::driver_drop:
      return "driver_drop";
    case GapReason::network_loss:
      return "network_loss";
    case GapReason::pool_exhausted:
      return "pool_exhausted";
    case GapReason::journal_failed:
      return "journal_failed";
    case GapReason::journal_cap:
      return "journal_cap";
    case GapReason::journal_corrupt:
      return "journal_corrupt";
    case GapReason::downtime:
      return "downtime";
    case GapReason::bus_off:
      return "bus_off";
    case GapReason::source_down:
      return "source_down";
    case GapReason::malformed_input:
      return "malformed_input";
    case GapReason::lane_overflow:
      return "lane_overflow";
    case GapReason::too_many_channels:
      return "too_many_channels";
    case GapReason::blob_lost:
      return "blob_lost";
    case GapReason::disk_full:
      return "disk_full";
  }
  return "unknown";
}

}  // namespace cantrail
