// Bytes that grow without being zeroed first. std::vector would write every byte of a chunk twice.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace cantrail::mcap {

// Moves, does not copy. Keeps its memory when it is cleared.
class ByteBuffer {
 public:
  ByteBuffer() = default;
  ByteBuffer(ByteBuffer&& other) noexcept { swap(other); }
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    ByteBuffer taken(std::move(other));
    swap(taken);
    return *this;
  }

  [[nodiscard]] std::byte* data() { return bytes_.get(); }
  [[nodiscard]] const std::byte* data() const { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::span<const std::byte> span() const { return {data(), size_}; }

  void clear() { size_ = 0; }
  // Room for `more` bytes behind the end, at least doubling what there is.
  void make_room(std::size_t more) {
    if (capacity_ - size_ < more) grow(std::max(size_ + more, 2 * capacity_));
  }
  // Capacity of at least that, and not more where it grows: for sizes that are final.
  void reserve(std::size_t capacity) {
    if (capacity_ < capacity) grow(capacity);
  }
  // Precondition: size ≤ capacity(). Bytes that were not written before are indeterminate.
  void set_size(std::size_t size) {
    assert(size <= capacity_);
    size_ = size;
  }
  // The end moves `count` bytes on; where it was.
  [[nodiscard]] std::byte* extend(std::size_t count) {
    make_room(count);
    std::byte* place = bytes_.get() + size_;
    size_ += count;
    return place;
  }
  void append(std::span<const std::byte> bytes) {
    if (!bytes.empty()) std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
  }
  void append(std::string_view text) { append(std::as_bytes(std::span(text))); }

  void swap(ByteBuffer& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  void grow(std::size_t capacity) {
    auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace cantrail::mcap
