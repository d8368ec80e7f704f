// What is wrong with a file, and where.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cantrail::mcap {

enum class DamageKind : std::uint8_t {
  magic,                // the file does not begin with MCAP's eight bytes, but goes on like one
  truncated,            // the file ends within a record
  lost,                 // here should be a record and is none, up to the next one found
  wrong_length,         // of a record whose content ends before and is followed by another
  chunk,                // cannot be decompressed, or its checksum is not that of its records
  chunk_content,        // a chunk's records are no records from somewhere on
  unknown_compression,  // of a chunk
  too_large,            // a chunk or record exceeds the limits
  attachment,           // its checksum is wrong
  definition,           // a schema or channel that contradicts one before, or exceeds the limits
  unknown_channel,      // messages of a channel that is nowhere defined; they are delivered
  index_without_chunk,  // what stood before these message indexes was no chunk
  data_crc,             // the checksum of the data section is wrong, and nothing else was
  ending,               // the summary, the footer or the last eight bytes are damaged
  behind_end,           // bytes follow the end
};

struct Damage {
  DamageKind kind = DamageKind::lost;
  std::uint64_t offset = 0;  // in the file
  std::uint64_t length = 0;  // bytes that are lost by it
};

// "at byte 8,912: a chunk cannot be decompressed, or its checksum is wrong (1,024 bytes)"
[[nodiscard]] std::string to_string(const Damage& damage);

// Counts all, keeps the places of the first ones.
class DamageLog {
 public:
  static constexpr std::size_t kKept = 256;

  void add(const Damage& damage);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::uint64_t lost_bytes() const { return lost_bytes_; }
  [[nodiscard]] std::span<const Damage> first() const { return first_; }

 private:
  std::uint64_t count_ = 0;
  std::uint64_t lost_bytes_ = 0;
  std::vector<Damage> first_;
};

}  // namespace cantrail::mcap
