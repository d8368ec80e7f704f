// A gap is data: something is missing between two moments, and this says what is known about it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace cantrail {

enum class GapReason : std::uint8_t {  // stored in journals: never renumber
  receive_overflow = 1,                // the kernel's receive queue (SO_RXQ_OVFL)
  driver_drop = 2,                     // controller or driver
  network_loss = 3,                    // UDP, by the sender's sequence number
  pool_exhausted = 4,                  // cantrail's own batch pool
  journal_failed = 5,                  // the journal could not be written (I/O error)
  journal_cap = 6,                     // the cap removed it before a sink had it
  journal_corrupt = 7,                 // stored bytes were damaged, or somebody removed them
  downtime = 8,                        // the node was not running
  bus_off = 9,
  source_down = 10,        // interface or connection away
  malformed_input = 11,    // lines of a log that are no frames
  lane_overflow = 12,      // a live lane let go of the oldest: its sink is too slow
  too_many_channels = 13,  // of channels or streams beyond those that a catalog can have
  blob_lost = 14,          // rows came without a large value: there was no room to keep it
  disk_full = 15,          // the journal could not be written: no room for it
};

[[nodiscard]] std::string_view to_string(GapReason reason);

struct GapRecord {
  WallTime from;
  WallTime to;
  GapReason reason = GapReason::receive_overflow;
  std::string where;                   // channel, source or lane
  std::optional<std::uint64_t> count;  // records lost; nullopt = unknown
  std::uint32_t before_index = 0;      // in its batch: it lies before this record

  bool operator==(const GapRecord&) const = default;
};

}  // namespace cantrail
