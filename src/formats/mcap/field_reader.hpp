// Reads the fields of a record one after the other. A field that does not fit makes ok() false for good, and
// every further field empty: callers ask once, at the end.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "formats/mcap/format.hpp"

namespace cantrail::mcap {

class FieldReader {
 public:
  explicit FieldReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  T number() {
    const auto field = bytes(sizeof(T));
    return field.size() == sizeof(T) ? load<T>(field.data()) : T{0};
  }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }

  std::span<const std::byte> bytes(std::uint64_t count) {
    if (!ok_ || count > bytes_.size() - at_) {
      fail();
      return {};
    }
    const auto field = bytes_.subspan(at_, count);
    at_ += count;
    return field;
  }
  // A u32 length and as many bytes.
  std::span<const std::byte> block() { return bytes(u32()); }
  std::string_view text() {
    const auto field = block();
    return {reinterpret_cast<const char*>(field.data()), field.size()};
  }

  void fail() { ok_ = false; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }
  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace cantrail::mcap
