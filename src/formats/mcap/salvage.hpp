// A new, whole file from everything that can be read of another.
#pragma once

#include <cstdint>

#include "base/status.hpp"
#include "formats/mcap/byte_source.hpp"
#include "formats/mcap/damage.hpp"
#include "formats/mcap/limits.hpp"

namespace cantrail::mcap {

struct Salvage {
  std::uint64_t messages = 0;
  std::uint64_t chunks = 0;
  std::uint64_t attachments = 0;
  std::uint64_t metadata = 0;
  DamageLog damage;  // of the file that was read
};

// Reads the source twice: definitions first. Chunks go over byte for byte, with new message indexes;
// attachments, metadata and messages outside of chunks as they are; private records stay behind. A channel
// that is nowhere defined gets the topic "undefined/ID". Faults: corrupt, if it is no MCAP file at all; those
// of source and sink.
Result<Salvage> salvage(const ByteSource& source, ByteSink& out, const Limits& limits = {});

}  // namespace cantrail::mcap
