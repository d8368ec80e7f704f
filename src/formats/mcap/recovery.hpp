// What can be done for a file that was not finished, or is damaged.
#pragma once

#include <cstdint>

#include "base/status.hpp"
#include "formats/mcap/byte_source.hpp"
#include "formats/mcap/damage.hpp"
#include "formats/mcap/file_writer.hpp"
#include "formats/mcap/limits.hpp"
#include "formats/mcap/stream_reader.hpp"

namespace cantrail::mcap {

struct Examination {
  Ending ending = Ending::missing;
  DamageLog damage;
  // Everything readable, also behind damage: what OrderedReader reads along.
  Summary readable;
  // The beginning of the file that is as it was written, up to the last whole record of the data section. To finish the file
  // in place: cut it to good.bytes, make a FileWriter from `good`, finish().
  FileState good;

  // Nothing to do.
  [[nodiscard]] bool intact() const { return ending == Ending::complete && damage.empty(); }
  // Messages that finishing in place would lose and salvage() keeps.
  [[nodiscard]] std::uint64_t messages_behind() const {
    return readable.statistics.messages - good.summary.statistics.messages;
  }
};

// Reads and verifies the whole file, a chunk at a time. Faults: corrupt, if it is no MCAP file at all; those of the source.
Result<Examination> examine(const ByteSource& source, const Limits& limits = {});

}  // namespace cantrail::mcap
