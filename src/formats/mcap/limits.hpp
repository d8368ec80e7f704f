// What a reader allocates at most, whatever a file says.
#pragma once

#include <cstdint>

namespace cantrail::mcap {

struct Limits {
  std::uint64_t most_chunk_bytes = std::uint64_t{256} << 20U;  // of one chunk, compressed and not
  std::uint64_t most_record_bytes = std::uint64_t{64}
                                    << 20U;  // of one other record; attachments are not held
  std::uint64_t most_definition_bytes = std::uint64_t{64} << 20U;  // of all schemas and channels
  std::uint64_t most_summary_bytes = std::uint64_t{256} << 20U;    // of the summary section
  std::uint64_t most_open_bytes = std::uint64_t{64} << 20U;        // of chunks that OrderedReader merges
};

}  // namespace cantrail::mcap
