// What can be done for a file that was not finished, or is damaged.
#pragma once

#include <cstdint>

#include "base/status.hpp"
#include "formats/mcap/byte_source.hpp"
#include "formats/mcap/damage.hpp"
#include "formats/mcap/file_writer.hpp"
#include "formats/mcap/limits.hpp"
#include "formats/mcap/stream_reader.hpp"
#include "formats/mcap/summary.hpp"

namespace cantrail::mcap {

struct Examination {
  Ending ending = Ending::missing;
  DamageLog damage;
  // Everything readable, behind damage too: what OrderedReader reads along. Its counts are of what is there.
  Summary readable;
  // The beginning of the file up to the first damage, by whole records of the data section. (Damage of kind
  // data_crc has no place: it is in there.) To finish the file in place: cut it to good.bytes, give `good` to
  // a FileWriter, finish().
  FileState good;

  // Nothing to do.
  [[nodiscard]] bool intact() const { return ending == Ending::complete && damage.empty(); }
  // Finishing in place loses nothing that salvage() would keep.
  [[nodiscard]] bool good_is_all() const {
    const Statistics &all = readable.statistics, &kept = good.summary.statistics;
    return all.messages == kept.messages && all.attachments == kept.attachments &&
           all.metadata == kept.metadata;
  }
};

// Reads and verifies the whole file, a chunk at a time. Faults: corrupt, if it is no MCAP file at all; those
// of the source.
Result<Examination> examine(const ByteSource& source, const Limits& limits = {});

}  // namespace cantrail::mcap
