// The summary of a file from its summary section.
#pragma once

#include "base/status.hpp"
#include "formats/mcap/byte_source.hpp"
#include "formats/mcap/limits.hpp"
#include "formats/mcap/summary.hpp"

namespace cantrail::mcap {

// Reads the end of the file only. Faults: corrupt, if there is no footer, no summary section or a damaged
// one, or one that cannot lead to every message; exhausted, if it exceeds the limits; those of the source.
// Then examine() (recovery.hpp) makes a summary by reading the whole file.
Result<Summary> read_summary(const ByteSource& source, const Limits& limits = {});

}  // namespace cantrail::mcap
