// How far a file is that was not finished: quickly, since a node that starts again waits for it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/status.hpp"
#include "formats/mcap/byte_source.hpp"
#include "model/position.hpp"

namespace cantrail::mcap_sink {

struct PartEnd {
  std::uint64_t bytes = 0;   // up to its last whole chunk, message indexes included; all, if it has its end
  std::uint64_t chunks = 0;  // in these bytes
  std::optional<Position> cursor;  // that the last of them holds. Nothing to keep without
  std::uint64_t synced_bytes =
      0;  // whole chunks that were synced while it was written, as far as can be told
};

// Steps from record to record, and verifies chunks only where a power cut can have left holes: in the last
// bytes, more than a recording leaves unsynced (recording_file.hpp). What lies before was synced; damage
// there is found by finish_part(). Faults: those of the source.
Result<PartEnd> find_end(const mcap::ByteSource& source);

}  // namespace cantrail::mcap_sink
