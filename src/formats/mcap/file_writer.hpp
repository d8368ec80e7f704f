// The third step of writing: finished chunks and all other records go to the file, and the summary grows.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/status.hpp"
#include "formats/mcap/byte_buffer.hpp"
#include "formats/mcap/byte_source.hpp"
#include "formats/mcap/chunk_compressor.hpp"
#include "formats/mcap/message_indexer.hpp"
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
  std::uint64_t bytes = 0;     // of the file; 0: not even begun
  std::uint32_t data_crc = 0;  // of these bytes
  // Message indexes of the last chunk, to be written next, without which it would have none.
  ByteBuffer missing_indexes;
};

// Not thread-safe. Writes in the order of the calls; each is complete when it returns. The magic bytes and
// the header come before the first record by themselves.
//
// Faults: those of the sink, after which the writer stands where it stood: the file has to be cut to bytes(),
// then the call can be made again. `rejected`: the record is not allowed, and nothing was written. `bug`: a
// call after finish().
class FileWriter {
 public:
  FileWriter(ByteSink& out, FileOptions options);
  // Goes on with a file that was cut to state.bytes. Profile and library are those of the file.
  FileWriter(ByteSink& out, FileOptions options, FileState state);

  // Before the first message that needs them. The same again writes nothing.
  Status add(const Schema& schema);
  Status add(const Channel& channel);

  // All its channels have been added. A chunk without records is nothing.
  Status append(const FinishedChunk& chunk);
  // Whole message records outside of chunks: without compression, checksum or index.
  Status append_unchunked(std::span<const std::byte> records);

  Status add(const Metadata& metadata);
  // Read in pieces, so of any size. Faults of `data` are passed on as those of the sink are.
  Status add(const AttachmentInfo& info, const ByteSource& data);

  Status finish();  // the data's end, summary, footer, magic bytes

  [[nodiscard]] std::uint64_t bytes() const { return state_.bytes; }
  [[nodiscard]] const Summary& summary() const { return state_.summary; }

 private:
  enum class Stage : std::uint8_t { created, open, finished };

  Status open();
  template <class T>
  Status define(const T& definition, std::string_view what, std::string_view name, std::uint32_t& counted);
  Status check_channels(const MessageTally& tally) const;
  // Writes; what has been written belongs to the file.
  Status put(std::span<const std::span<const std::byte>> pieces);
  Status put(std::span<const std::byte> bytes);
  Status put_attachment(const AttachmentPlace& place, const ByteSource& data);
  void count(const MessageTally& tally);

  ByteSink& out_;
  FileOptions options_;
  FileState state_;
  Stage stage_ = Stage::created;
  ByteBuffer record_;  // the one at hand
  std::vector<IndexPlace> indexes_;
  MessageIndexer indexer_;
  MessageTally tally_;
};

}  // namespace cantrail::mcap
