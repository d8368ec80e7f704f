// The bytes of a segment, versions 1 and 2. docs/journal-format.md is the specification; this is its
// transcription. Everything is little endian and every record begins at a multiple of 8.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "model/position.hpp"

namespace cantrail::journal {

static_assert(std::endian::native == std::endian::little, "columns are written as they lie in memory");

inline constexpr std::array<char, 8> kSegmentMagic{'\x89', 'C', 'T', 'J', '\r', '\n', '\x1a', '\n'};
inline constexpr std::uint32_t kVersionPlain = 1;
inline constexpr std::uint32_t kVersionCompressed = 2;        // may hold compressed batches
inline constexpr std::uint32_t kRecordMark = 0x52544300U;     // "?CTR"; the low byte is the type
inline constexpr std::uint32_t kMaxPayloadBytes = 1U << 30U;  // a record's

enum class RecordType : std::uint8_t {
  epoch = 1,
  state = 2,
  catalog = 3,
  batch = 4,
  end = 5,
  compressed_batch = 6,
};

[[nodiscard]] constexpr bool is_batch(RecordType type) {
  return type == RecordType::batch || type == RecordType::compressed_batch;
}

struct SegmentHeader {
  std::array<char, 8> magic = kSegmentMagic;
  std::uint32_t version = kVersionPlain;
  std::uint32_t epoch = 0;
  std::uint64_t first_seq = 0;
  std::array<std::uint8_t, 16> journal{};
  std::int64_t wall_ns = 0;              // when it was begun
  std::uint64_t previous_first_seq = 0;  // of the segment before it in this epoch
  std::uint64_t previous_end = 0;        // how many bytes of that one count; 0: this is the epoch's first
  std::uint64_t hash = 0;                // XXH3-64 of all before
};
static_assert(sizeof(SegmentHeader) == 72);

// `hash` is XXH3-64, seeded with the segment's seed, of everything behind it up to the end of the record.
struct RecordHeader {
  std::uint64_t hash = 0;
  std::uint32_t mark = 0;    // kRecordMark | type
  std::uint32_t length = 0;  // of the payload that follows, padding to a multiple of 8 included
};
static_assert(sizeof(RecordHeader) == 16);

// Payload of `epoch`, followed by the constants (JSON).
struct EpochRecord {
  std::int64_t wall_ns = 0;  // when the epoch began
  std::int64_t mono_ns = 0;
  std::uint32_t before_epoch = 0;  // the last epoch before it that wrote anything; 0: none
  std::uint32_t constants_bytes = 0;
  std::uint64_t before_seq = 0;     // behind the last whole batch of that epoch
  std::uint64_t before_record = 0;  // its first_record + records
};
static_assert(sizeof(EpochRecord) == 40);

// Payload of `state`: what was known when the segment began. Followed by `sources` times: name length u32,
// position length u32, name, position.
struct StateRecord {
  std::uint64_t next_record = 0;  // of this epoch
  std::int64_t last_wall_ns = 0;  // of the last batch, of whatever epoch
  std::uint32_t has_last = 0;
  std::uint32_t sources = 0;
};
static_assert(sizeof(StateRecord) == 24);

// Payload of `catalog`, followed by the definition.
struct CatalogRecord {
  std::array<std::uint8_t, 32> digest{};
  std::uint64_t definition_bytes = 0;
};
static_assert(sizeof(CatalogRecord) == 40);

// In the payload of `compressed_batch`, behind the text section of a batch; the zstd frame follows, padded.
struct CompressedHeader {
  std::uint32_t columns_bytes = 0;  // of what is behind the text section of a batch that is not compressed
  std::uint32_t zstd_bytes = 0;
};
static_assert(sizeof(CompressedHeader) == 8);
inline constexpr std::uint32_t kMostCompressedColumns = 16U << 20U;  // larger ones are not compressed

// Payload of `end`: an orderly stop.
struct EndRecord {
  std::uint64_t next_seq = 0;
  std::uint64_t next_record = 0;
  std::int64_t wall_ns = 0;
  std::int64_t mono_ns = 0;
};
static_assert(sizeof(EndRecord) == 32);

[[nodiscard]] constexpr std::size_t padded(std::size_t bytes) {
  return (bytes + 7) / 8 * 8;
}

template <class T>
[[nodiscard]] std::span<const std::byte> bytes_of(const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  return std::as_bytes(std::span(&value, 1));
}

// False if there are fewer bytes than a T takes.
template <class T>
[[nodiscard]] bool load(std::span<const std::byte> bytes, T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (bytes.size() < sizeof(T)) return false;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return true;
}

[[nodiscard]] inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] std::uint64_t hash_of(std::span<const std::byte> bytes, std::uint64_t seed = 0);

// Ties a record to its segment: bytes that come from elsewhere (an old block of the disk, a payload made to
// look like a record) do not pass.
[[nodiscard]] std::uint64_t segment_seed(const JournalId& journal, std::uint32_t epoch,
                                         std::uint64_t first_seq);

[[nodiscard]] SegmentHeader sealed(SegmentHeader header);  // with its hash
// nullopt: damaged or of an unknown version.
[[nodiscard]] std::optional<SegmentHeader> parse_header(std::span<const std::byte> bytes);

// Appends one whole record to `out`: the small ones, those that are not batches.
void add_record(std::string& out, RecordType type, std::uint64_t seed, std::span<const std::byte> fixed,
                std::string_view rest);

// "0000000c-0000000000000001.ctj": sorts by epoch, then by first seq.
struct SegmentName {
  std::uint32_t epoch = 0;
  std::uint64_t first_seq = 0;
  auto operator<=>(const SegmentName&) const = default;
};
[[nodiscard]] std::string to_string(const SegmentName& name);
[[nodiscard]] std::optional<SegmentName> parse_segment_name(std::string_view name);

// The last line of the folder's small texts: what is before it is as it was written.
[[nodiscard]] std::string check_line(std::string_view text);

}  // namespace cantrail::journal
