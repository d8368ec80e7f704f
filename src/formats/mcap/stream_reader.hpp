// Reads a file from its start to wherever it ends, whatever state it is in: cut at any byte, without an end, with holes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/status.hpp"
#include "formats/mcap/byte_source.hpp"
#include "formats/mcap/chunk_decoder.hpp"
#include "formats/mcap/damage.hpp"
#include "formats/mcap/limits.hpp"
#include "formats/mcap/source_window.hpp"
#include "formats/mcap/summary.hpp"

namespace cantrail::mcap {

// One step through the data section. Views are valid until the next call.
struct StreamItem {
  enum class Kind : std::uint8_t {
    header,         // body
    schema,         // body
    channel,        // body
    chunk,          // chunk, records: verified, uncompressed, whole
    messages,       // records: messages outside of chunks, some at a time
    message_index,  // body
    attachment,     // attachment: its data is in the source; its checksum has been verified
    metadata,       // body
    unknown,        // a private record or one of a later version
    end,            // from now on
  };

  Kind kind = Kind::end;
  std::uint64_t offset = 0;  // in the file
  std::uint64_t length = 0;  // prefix included
  std::span<const std::byte> body;
  std::span<const std::byte> records;  // walk them with MessageWalker
  ChunkHeader chunk;
  Compression compression = Compression::none;
  AttachmentPlace attachment;
};

// How the file ends.
enum class Ending : std::uint8_t {
  complete,  // footer and magic bytes are where they belong
  missing,   // no end of the data section: not finished, or cut
  damaged,   // the data section is whole, what follows it is not
};

// Not thread-safe. Holds one chunk at a time, compressed and not. Borrows the source.
class StreamReader {
 public:
  explicit StreamReader(const ByteSource& source, const Limits& limits = {});

  // Faults: corrupt, if this is no MCAP file at all; those of the source. Damage is no fault: it is counted, and
  // what can be read goes on.
  Result<StreamItem> next();

  // All that came so far; and those of the summary section, once a message needed them.
  [[nodiscard]] const Definitions& definitions() const { return definitions_; }
  [[nodiscard]] const DamageLog& damage() const { return damage_; }
  [[nodiscard]] Ending ending() const { return ending_; }  // valid at the end
  // CRC-32 of the file up to the end of the last item. Meaningless after damage.
  [[nodiscard]] std::uint32_t data_crc() const { return data_crc_; }
};

}  // namespace cantrail::mcap
