// What is known of a file as a whole: its summary section in memory.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/mcap/chunk_indexes.hpp"
#include "formats/mcap/definitions.hpp"
#include "formats/mcap/limits.hpp"
#include "formats/mcap/records.hpp"

namespace cantrail::mcap {

// Messages outside of chunks: whole records, one behind the other. Only a reader that has walked the file
// knows them; a summary section does not.
struct MessageRun {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t start_ns = 0;
  std::uint64_t end_ns = 0;
};

struct Summary {
  Summary() : Summary(Limits{}.most_definition_bytes) {}
  explicit Summary(std::uint64_t most_definition_bytes) : definitions(most_definition_bytes) {}

  Header header;
  Definitions definitions;
  ChunkIndexes chunks;
  std::vector<MessageRun> runs;
  std::vector<AttachmentPlace> attachments;
  std::vector<MetadataPlace> metadata;
  Statistics statistics;
};

}  // namespace cantrail::mcap
