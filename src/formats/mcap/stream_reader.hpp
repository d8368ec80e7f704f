// Reads a file from its start to wherever it ends, whatever state it is in: cut at any byte, without an end,
// with holes.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>

#include "base/status.hpp"
#include "formats/mcap/byte_source.hpp"
#include "formats/mcap/chunk_decoder.hpp"
#include "formats/mcap/damage.hpp"
#include "formats/mcap/definitions.hpp"
#include "formats/mcap/limits.hpp"
#include "formats/mcap/record_finder.hpp"
#include "formats/mcap/source_window.hpp"

namespace cantrail::mcap {

// One step through the data section. Views are valid until the next call.
struct StreamItem {
  enum class Kind : std::uint8_t {
    header,         // body
    schema,         // body
    channel,        // body
    chunk,          // chunk, stored, records: verified, all of them records
    messages,       // records: some messages outside of chunks
    message_index,  // body
    attachment,     // attachment: its data is in the source, its checksum has been verified
    metadata,       // body
    unknown,        // a private record, or one of a later version
    end,            // from now on
  };

  Kind kind = Kind::end;
  std::uint64_t offset = 0;  // in the file
  std::uint64_t length = 0;  // prefix included
  std::span<const std::byte> body;
  ChunkHeader chunk;
  std::span<const std::byte> stored;   // the chunk's records as they are in the file
  std::span<const std::byte> records;  // walk them with MessageWalker
  AttachmentPlace attachment;

  [[nodiscard]] std::uint64_t end_offset() const { return offset + length; }
};

// How the file ends.
enum class Ending : std::uint8_t {
  complete,  // the footer and the magic bytes are where they belong
  missing,   // no end of the data section: not finished, or cut
  damaged,   // the data section is whole, what follows it is not
};

// Not thread-safe. Holds one chunk at a time, as stored and decompressed. Borrows the source.
class StreamReader {
 public:
  explicit StreamReader(const ByteSource& source, const Limits& limits = {});

  // Faults: corrupt, if this is no MCAP file at all; those of the source. Damage is no fault: it is counted,
  // and reading goes on behind it.
  Result<StreamItem> next();

  // All that came so far; and those of the summary section, once a message needed them.
  [[nodiscard]] const Definitions& definitions() const { return definitions_; }
  [[nodiscard]] const DamageLog& damage() const { return damage_; }
  [[nodiscard]] Ending ending() const { return ending_; }  // valid at the end
  // CRC-32 of the file up to the end of the last item. Valid while there is no damage.
  [[nodiscard]] std::uint32_t data_crc() const { return data_crc_; }

 private:
  using Taken = Result<bool>;  // whether there is an item to hand out
  struct Prefix {
    std::uint8_t opcode = 0;
    std::uint64_t length = 0;  // of the content
  };

  Status begin();
  Taken step(StreamItem& item);
  Taken take(Prefix prefix, StreamItem& item);
  Taken take_body(StreamItem::Kind kind, Prefix prefix, StreamItem& item);
  Taken take_chunk(Prefix prefix, StreamItem& item);
  Taken take_chunk_records(Prefix prefix, bool followed, StreamItem& item);
  Taken take_messages(StreamItem& item);
  Taken take_attachment(Prefix prefix, StreamItem& item);
  Taken take_data_end(Prefix prefix);
  Taken take_other(Prefix prefix, StreamItem& item);

  // There is no record at the position: goes on at the next one.
  Taken lose(Prefix prefix, bool beyond_end);
  Taken skip_damaged(DamageKind kind, Prefix prefix);  // or lose(), if nothing follows it
  // The length of the content, corrected if it is longer than its fields and a record begins where they end.
  Result<std::uint64_t> true_length(Prefix prefix, std::span<const std::byte> body);
  Status hand_out(StreamItem::Kind kind, std::uint64_t length, StreamItem& item);
  Status move_to(std::uint64_t offset);  // bytes up to there are read, for the data section's checksum
  Result<bool> attachment_is_good(std::uint64_t crc_offset);  // of the one at the position
  void damaged(DamageKind kind, std::uint64_t offset, std::uint64_t length);
  void end(Ending ending);

  Status read_ending();
  // Definitions in `records` become known. How many bytes of them are whole records.
  std::size_t learn(std::span<const std::byte> records, std::uint64_t offset);
  bool learn_definition(Opcode opcode, std::span<const std::byte> body, std::uint64_t offset);
  void miss_channel(std::uint16_t channel, std::uint64_t offset);

  const ByteSource& source_;
  Limits limits_;
  SourceWindow window_;
  Definitions definitions_;
  RecordFinder finder_;
  ChunkDecoder decoder_;
  DamageLog damage_;
  std::uint64_t position_ = 0;
  std::uint32_t data_crc_ = 0;
  Ending ending_ = Ending::missing;
  bool begun_ = false;
  bool ended_ = false;
  bool chunked_ = false;         // there has been a chunk
  bool indexes_belong_ = false;  // message indexes may come: of a chunk, or of one that was counted as damage
  // The last of some messages outside of chunks. Its length was checked by nothing; if no record follows, it
  // is doubtful.
  std::optional<std::uint64_t> doubtful_;
  // Bytes that were decompressed or checked in vain for chunks that nothing follows; bounds what a hostile
  // file costs.
  std::uint64_t wasted_bytes_ = 0;
  bool summary_asked_ = false;
  std::bitset<65536> undefined_channels_;  // counted already
};

}  // namespace cantrail::mcap
