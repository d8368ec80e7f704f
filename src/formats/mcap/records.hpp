// The records as values. Text is UTF-8 by the format; readers hand on what the file holds.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/mcap/format.hpp"

namespace cantrail::mcap {

// In the order of the file; keys are unique in a proper one.
using KeyValues = std::vector<std::pair<std::string, std::string>>;

struct Header {
  std::string profile;
  std::string library;  // who wrote it
};

struct Schema {
  std::uint16_t id = 0;  // not 0 in a file: that is a channel's "no schema"
  std::string name;
  std::string encoding;
  std::string data;  // bytes
  bool operator==(const Schema&) const = default;
};

struct Channel {
  std::uint16_t id = 0;
  std::uint16_t schema_id = 0;  // 0: no schema
  std::string topic;
  std::string message_encoding;
  KeyValues metadata;
  bool operator==(const Channel&) const = default;
};

struct MessageHeader {
  std::uint16_t channel = 0;
  std::uint32_t sequence = 0;
  std::uint64_t log_time_ns = 0;
  std::uint64_t publish_time_ns = 0;
  bool operator==(const MessageHeader&) const = default;
};

// As it is read: `data` lies in the reader's memory.
struct Message : MessageHeader {
  std::span<const std::byte> data;
};

// What stands before the records in a chunk. Views into the parsed bytes.
struct ChunkHeader {
  std::uint64_t start_ns = 0;
  std::uint64_t end_ns = 0;
  std::uint64_t uncompressed_bytes = 0;
  std::uint32_t uncompressed_crc = 0;  // 0: none
  std::string_view compression;
  std::uint64_t stored_bytes = 0;
  std::size_t header_bytes = 0;  // of the content, before the records
};

struct AttachmentInfo {
  std::uint64_t log_time_ns = 0;
  std::uint64_t create_time_ns = 0;  // 0: not known
  std::string name;
  std::string media_type;
  bool operator==(const AttachmentInfo&) const = default;
};

// An attachment in a file. `offset` and `length` are those of the whole record.
struct AttachmentPlace {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t data_bytes = 0;
  AttachmentInfo info;
  // Where the data begins in the file; the checksum, 4 bytes, follows it.
  [[nodiscard]] std::uint64_t data_offset() const {
    return offset + kPrefixBytes + 16 + 4 + info.name.size() + 4 + info.media_type.size() + 8;
  }
  bool operator==(const AttachmentPlace&) const = default;
};

struct Metadata {
  std::string name;
  KeyValues values;
  bool operator==(const Metadata&) const = default;
};

struct MetadataPlace {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string name;
  bool operator==(const MetadataPlace&) const = default;
};

struct Statistics {
  std::uint64_t messages = 0;
  std::uint32_t schemas = 0;
  std::uint32_t channels = 0;
  std::uint32_t attachments = 0;
  std::uint32_t metadata = 0;
  std::uint32_t chunks = 0;
  std::uint64_t start_ns = 0;  // 0 without messages, as the end
  std::uint64_t end_ns = 0;
  // By channel id. Shorter than the highest id where no messages came.
  std::vector<std::uint64_t> messages_of;

  void count(std::uint16_t channel, std::uint64_t more);  // for its channel only
  // Adds messages whose log times lie in [first, last]; `more` may be 0.
  void count_all(std::uint64_t more, std::uint64_t first_ns, std::uint64_t last_ns);
};

struct SummaryOffset {
  Opcode group = Opcode::schema;
  std::uint64_t start = 0;
  std::uint64_t length = 0;
};

struct Footer {
  std::uint64_t summary_start = 0;         // 0: there is none
  std::uint64_t summary_offset_start = 0;  // 0: there are none
  std::uint32_t summary_crc = 0;           // 0: none
};

// How many messages of a channel a chunk has.
struct ChannelCount {
  std::uint16_t channel = 0;
  std::uint32_t messages = 0;
};

}  // namespace cantrail::mcap
