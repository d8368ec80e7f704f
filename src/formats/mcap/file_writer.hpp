// The third step of writing: finished chunks and all other records go to the file, and the summary grows.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/status.hpp"
#include "formats/mcap/byte_source.hpp"
#include "formats/mcap/chunk_compressor.hpp"
#include "formats/mcap/summary.hpp"

namespace cantrail::mcap {

struct FileOptions {
  std::string profile;
  std::string library = "cantrail";
  bool data_crc = true;  // of the whole data section: one more pass over all bytes
  bool attachment_crc = true;
  bool summary_crc = true;
};

// How far a file is: what a writer goes on from (recovery.hpp finds it for a file that a crash left).
struct FileState {
  Summary summary;
  std::uint64_t bytes = 0;     // of the file
  std::uint32_t data_crc = 0;  // of these bytes
  // Message indexes of the last chunk, to be written next, without which it would have none.
  ByteBuffer missing_indexes;
};

// Not thread-safe. Writes are in the order of the calls, each complete when the call returns.
//
// Faults: those of the sink, after which the writer is where it was before the call: the sink's bytes have to be cut to
// bytes(), then the call can be made again. `rejected`: the record is not allowed, says why; nothing was written. `bug`: calls
// out of order.
class FileWriter {
 public:
  FileWriter(ByteSink& out, FileOptions options);
  // Goes on with a file whose bytes were cut to state.bytes. begin() is not called; profile and library are the file's.
  FileWriter(ByteSink& out, FileOptions options, FileState state);

  Status begin();  // first: magic bytes and header

  // Before the first message that needs it. The same one again is written once.
  Status add(const Schema& schema);
  Status add(const Channel& channel);

  // Channels in the chunk have been added, or (in a chunk from elsewhere) are defined in it and added. A chunk without
  // records is nothing.
  Status append(const FinishedChunk& chunk);
  // Messages outside of chunks: without compression, checksum or index.
  Status append_unchunked(std::span<const std::byte> message_records);

  Status add(const Metadata& metadata);
  // Read in pieces, so of any size. Faults of `data` are passed on.
  Status add(const AttachmentInfo& info, const ByteSource& data);

  Status finish();  // last: the data's end, summary, footer, magic bytes

  [[nodiscard]] std::uint64_t bytes() const { return state_.bytes; }
  [[nodiscard]] const Summary& summary() const { return state_.summary; }

 private:
  enum class Stage : std::uint8_t { created, open, finished };

  Status check_open() const;
  Status check_channels(std::span<const ChannelCount> channels) const;
  // Writes, and only then takes the bytes as part of the file.
  Status put(std::span<const std::span<const std::byte>> pieces);
  Status put_record();  // record_

  ByteSink& out_;
  FileOptions options_;
  FileState state_;
  Stage stage_ = Stage::created;
  ByteBuffer record_;  // the record at hand
  MessageIndexer indexer_;
  MessageTally tally_;
};

}  // namespace cantrail::mcap
