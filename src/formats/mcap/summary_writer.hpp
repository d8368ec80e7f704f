// The end of a file: the data's end, the summary, where its groups are, footer and magic bytes.
#pragma once

#include <cstdint>

#include "base/status.hpp"
#include "formats/mcap/byte_source.hpp"
#include "formats/mcap/file_writer.hpp"

namespace cantrail::mcap {

// Written in pieces of some 64 KiB (a schema's record is one piece), from state.bytes on. Returns how many
// bytes.
Result<std::uint64_t> write_ending(const FileState& state, const FileOptions& options, ByteSink& out);

}  // namespace cantrail::mcap
