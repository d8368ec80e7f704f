#include "formats/mcap/summary_writer.hpp"

#include "formats/mcap/crc32.hpp"
#include "formats/mcap/record_encoder.hpp"

namespace cantrail::mcap {
namespace {

constexpr std::size_t kStagedBytes = std::size_t{64} << 10U;

class SummaryWriting {
 public:
  SummaryWriting(const FileState& state, ByteSink& out) : state_(state), out_(out), offset_(state.bytes) {}

  Result<std::uint64_t> write(const FileOptions& options) {
    encode_data_end(options.data_crc ? state_.data_crc : 0, staged_);
    if (Status status = flush(); !status) return status.fault();
    crc_ = 0;
    Footer footer;
    footer.summary_start = place();
    if (Status status = write_groups(); !status) return status.fault();
    footer.summary_offset_start = place();
    for (const SummaryOffset& group : groups_) encode(group, staged_);
    encode(footer, staged_);
    if (options.summary_crc) {
      // Of everything up to the checksum itself, which ends the footer.
      std::byte* const field = staged_.data() + staged_.size() - sizeof(std::uint32_t);
      store(field, crc32(staged_.span().first(staged_.size() - sizeof(std::uint32_t)), crc_));
    }
    staged_.append(std::as_bytes(std::span(kMagic)));
    if (Status status = flush(); !status) return status.fault();
    return offset_ - state_.bytes;
  }

 private:
  [[nodiscard]] std::uint64_t place() const { return offset_ + staged_.size(); }

  Status flush() {
    const auto piece = staged_.span();
    if (Status status = out_.write({&piece, 1}); !status) return status;
    crc_ = crc32(piece, crc_);
    offset_ += piece.size();
    staged_.clear();
    return {};
  }

  // All records of one kind; `write_one(i)` encodes one.
  template <class WriteOne>
  Status group(Opcode opcode, std::size_t records, WriteOne&& write_one) {
    if (records == 0) return {};
    const std::uint64_t start = place();
    for (std::size_t i = 0; i < records; ++i) {
      write_one(i);
      if (staged_.size() < kStagedBytes) continue;
      if (Status status = flush(); !status) return status;
    }
    groups_.push_back({opcode, start, place() - start});
    return {};
  }

  // Channels before statistics, as the format demands.
  Status write_groups() {
    const Summary& all = state_.summary;
    const auto& schemas = all.definitions.schemas();
    const auto& channels = all.definitions.channels();
    Status status =
        group(Opcode::schema, schemas.size(), [&](std::size_t i) { encode(schemas[i], staged_); });
    if (status) {
      status = group(Opcode::channel, channels.size(), [&](std::size_t i) { encode(channels[i], staged_); });
    }
    if (status) status = group(Opcode::statistics, 1, [&](std::size_t) { encode(all.statistics, staged_); });
    if (status) {
      status = group(Opcode::chunk_index, all.chunks.size(), [&](std::size_t i) {
        all.chunks.indexes(i, indexes_);
        encode(all.chunks[i], indexes_, staged_);
      });
    }
    if (status) {
      status = group(Opcode::attachment_index, all.attachments.size(),
                     [&](std::size_t i) { encode(all.attachments[i], staged_); });
    }
    if (status) {
      status = group(Opcode::metadata_index, all.metadata.size(),
                     [&](std::size_t i) { encode(all.metadata[i], staged_); });
    }
    return status;
  }

  const FileState& state_;
  ByteSink& out_;
  std::uint64_t offset_;   // in the file, of staged_
  std::uint32_t crc_ = 0;  // of what was flushed of the summary
  ByteBuffer staged_;
  std::vector<SummaryOffset> groups_;
  std::vector<IndexPlace> indexes_;
};

}  // namespace

Result<std::uint64_t> write_ending(const FileState& state, const FileOptions& options, ByteSink& out) {
  return SummaryWriting(state, out).write(options);
}

}  // namespace cantrail::mcap
