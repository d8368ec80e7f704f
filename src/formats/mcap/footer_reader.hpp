// The end of a finished file.
#pragma once

#include <cstdint>
#include <optional>

#include "base/status.hpp"
#include "formats/mcap/records.hpp"
#include "formats/mcap/source_window.hpp"

namespace cantrail::mcap {

// The footer at `offset`. nullopt: it is none, or its places are not in the file before it, or the magic
// bytes do not follow, or the summary's checksum is wrong. Faults are those of the source.
Result<std::optional<Footer>> read_footer(SourceWindow& window, std::uint64_t offset);

}  // namespace cantrail::mcap
