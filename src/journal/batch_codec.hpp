// A batch as the payload of a record: columns as they lie in memory, written from where they lie, or
// compressed.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "journal/column_compression.hpp"
#include "journal/format.hpp"
#include "model/batch.hpp"

namespace cantrail::journal {

struct BatchHeader {
  std::uint64_t seq = 0;
  std::uint64_t first_record = 0;
  std::int64_t mono_ns = 0;
  std::int64_t wall_ns = 0;
  std::array<std::uint8_t, 32> digest{};
  std::int64_t time_base_ns = 0;
  std::uint32_t frames = 0;
  std::uint32_t payload_bytes = 0;  // of the frames' arena
  std::uint32_t row_blocks = 0;
  std::uint32_t gaps = 0;
  std::uint32_t records = 0;  // frames + rows
  std::uint32_t source_position_bytes = 0;
  std::uint16_t source_name_bytes = 0;
  std::uint16_t source = 0;
  FrameFlags frame_flags = 0;  // of all frames, if kFlagsConstant
  ChannelId channel = 0;
  std::uint8_t length = 0;
  std::uint8_t shape = 0;  // k…Constant, kTimeShort
  std::uint8_t tick = 0;
  std::uint8_t reserved = 0;
  std::uint32_t text_bytes = 0;  // source name, source position, gaps; padded
};
static_assert(sizeof(BatchHeader) == 112);

inline constexpr std::uint8_t kFlagsConstant = 1;
inline constexpr std::uint8_t kChannelConstant = 2;
inline constexpr std::uint8_t kLengthConstant = 4;
inline constexpr std::uint8_t kTimeShort = 8;  // times are u32 nanoseconds behind time_base_ns

struct GapHeader {  // followed by `where`, padded
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
  std::uint64_t count = 0;
  std::uint32_t before_index = 0;
  std::uint8_t reason = 0;
  std::uint8_t has_count = 0;
  std::uint16_t where_bytes = 0;
};
static_assert(sizeof(GapHeader) == 32);

struct RowsHeader {  // followed by `fields` words (1: the field has a validity bitmap), then the columns
  std::uint32_t stream = 0;
  std::uint32_t rows = 0;
  std::uint32_t fields = 0;
  std::uint32_t frame_derived = 0;
  std::uint64_t text_bytes = 0;
};
static_assert(sizeof(RowsHeader) == 24);

// Used by the writer's thread. Keeps its memory, so that it does not allocate once it is warm.
class BatchEncoder {
 public:
  explicit BatchEncoder(JournalCompression compression = JournalCompression::none);
  ~BatchEncoder();
  BatchEncoder(const BatchEncoder&) = delete;
  BatchEncoder& operator=(const BatchEncoder&) = delete;

  // Lays out the record; the batch must live and stay as it is until it is written. Fault `rejected`: larger
  // than a record can be.
  Status prepare(const RawBatch& batch, std::string_view source_name);
  [[nodiscard]] std::size_t bytes() const { return sizeof(RecordHeader) + record_.length; }
  // The pieces to write, in order, for a segment with this seed.
  [[nodiscard]] std::span<const std::span<const std::byte>> pieces(std::uint64_t seed);

 private:
  void add(std::span<const std::byte> piece);  // and its padding
  void add_text(const RawBatch& batch, std::string_view source_name);
  void add_frames(const FrameBlock& frames);
  void describe_rows(const std::vector<StreamBlock>& rows);
  void add_rows(const std::vector<StreamBlock>& rows);
  [[nodiscard]] bool compress(std::size_t first_column, std::size_t before_columns);

  std::unique_ptr<ColumnCompressor> compressor_;  // nullptr: nothing is compressed
  struct HashState;
  std::unique_ptr<HashState> hash_;
  RecordHeader record_;
  BatchHeader header_;
  CompressedHeader compressed_;
  std::size_t size_ = 0;
  std::string text_;
  std::vector<std::uint32_t> short_times_;
  std::vector<std::uint64_t> row_words_;  // RowsHeaders and their field words, one block after the other
  std::vector<std::span<const std::byte>> pieces_;
};

class Cutter;

// Used by one reader; keeps its scratch memory.
class BatchDecoder {
 public:
  // Fills `batch` (but for position.journal, position.epoch and catalog). False: the payload contradicts
  // itself. Never allocates more than a small multiple of the payload, or of the 16 MiB that a compressed one
  // may stand for. `payload` is 8-byte aligned; `type` is one of the two of batches.
  [[nodiscard]] bool decode(RecordType type, std::span<const std::byte> payload, RawBatch& batch,
                            Digest& catalog);

 private:
  [[nodiscard]] bool read_text(std::span<const std::byte> text, const BatchHeader& header, RawBatch& batch);
  [[nodiscard]] bool read_frames(Cutter& from, const BatchHeader& header, FrameBlock& frames);
  [[nodiscard]] bool read_columns(Cutter& from, const BatchHeader& header, RawBatch& batch);

  ColumnDecompressor decompressor_;
  std::vector<std::int64_t> times_;
  std::vector<FrameFlags> flags_;
  std::vector<ChannelId> channels_;
  std::vector<std::uint8_t> lengths_;
};

// What a scan wants to know of a batch, compressed or not, without decoding it.
struct BatchSummary {
  BatchHeader header;
  std::string_view source_name;
  std::string_view source_position;
};
[[nodiscard]] bool summarize(std::span<const std::byte> payload, BatchSummary& summary);

}  // namespace cantrail::journal
