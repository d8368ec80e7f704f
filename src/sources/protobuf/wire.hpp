// Protobuf's wire format (https://protobuf.dev/programming-guides/encoding/), read from bytes that anybody
// may have sent. Takes and refuses what protobuf's own parser for C++ does.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace cantrail::protobuf {

using ByteSpan = std::span<const std::uint8_t>;

enum class WireType : std::uint8_t {
  varint = 0,
  fixed64 = 1,
  bytes = 2,
  group = 3,
  end_group = 4,
  fixed32 = 5
};

struct Tag {
  std::uint32_t number = 0;
  WireType type = WireType::varint;
};

inline std::string_view as_text(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Every read returns false where the bytes are no such thing; then all that follows does so, too.
class WireReader {
 public:
  explicit WireReader(ByteSpan bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  [[nodiscard]] bool at_end() const { return at_ == end_; }
  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  [[nodiscard]] bool varint(std::uint64_t& out) {
    if (at_ != end_ && *at_ < 0x80) [[likely]] {
      out = *at_++;
      return true;
    }
    return long_varint(out, 10);
  }
  // Field number 0 and wire types 6 and 7 are no tags.
  [[nodiscard]] bool tag(Tag& out) {
    std::uint64_t word = 0;
    if (at_ != end_ && *at_ < 0x80) [[likely]] {
      word = *at_++;
    } else if (!long_varint(word, 5)) {
      return false;
    }
    out.number = static_cast<std::uint32_t>(word) >> 3;
    out.type = static_cast<WireType>(word & 7);
    return (out.number != 0 && (word & 7) <= 5) || fail();
  }
  [[nodiscard]] bool fixed32(std::uint32_t& out) { return fixed(out); }
  [[nodiscard]] bool fixed64(std::uint64_t& out) { return fixed(out); }
  [[nodiscard]] bool bytes(ByteSpan& out) {
    std::uint64_t size = 0;
    if (at_ != end_ && *at_ < 0x80) [[likely]] {
      size = *at_++;
    } else if (!long_varint(size, 5)) {
      return false;
    }
    size = static_cast<std::uint32_t>(size);
    if (size > left()) return fail();
    out = {at_, static_cast<std::size_t>(size)};
    at_ += size;
    return true;
  }
  // What stands behind the tag of a group, up to its end, which is passed.
  [[nodiscard]] bool group(std::uint32_t number, ByteSpan& out) { return group(number, out, kDeepest); }
  // The value behind a tag that nobody wants.
  [[nodiscard]] bool skip(Tag tag) { return skip(tag, kDeepest); }

 private:
  static constexpr int kDeepest = 100;  // as protobuf's parsers

  template <class T>
  [[nodiscard]] bool fixed(T& out) {
    static_assert(std::endian::native == std::endian::little);
    if (left() < sizeof out) return fail();
    std::memcpy(&out, at_, sizeof out);
    at_ += sizeof out;
    return true;
  }
  [[nodiscard]] bool fail() {
    at_ = end_;
    return false;
  }
  [[nodiscard]] bool long_varint(std::uint64_t& out, int most_bytes);
  [[nodiscard]] bool group(std::uint32_t number, ByteSpan& out, int deeper);
  [[nodiscard]] bool skip(Tag tag, int deeper);

  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

}  // namespace cantrail::protobuf
