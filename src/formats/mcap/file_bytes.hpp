// Files as byte sources and sinks.
#pragma once

#include "base/file.hpp"
#include "formats/mcap/byte_source.hpp"

namespace cantrail::mcap {

// Borrows the file; its size is that of the moment of opening: what is appended later is not seen.
class FileSource final : public ByteSource {
 public:
  [[nodiscard]] static Result<FileSource> on(const File& file) {
    auto size = file.size();
    if (!size) return size.fault();
    return FileSource(file, *size);
  }
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    std::size_t filled = 0;
    if (offset >= size_) return filled;
    out = out.first(std::min<std::uint64_t>(out.size(), size_ - offset));
    while (filled < out.size()) {
      const auto got = file_->read_at(offset + filled, out.subspan(filled));
      if (!got) return got.fault();
      if (*got == 0) break;  // it was cut meanwhile
      filled += *got;
    }
    return filled;
  }

 private:
  FileSource(const File& file, std::uint64_t size) : file_(&file), size_(size) {}

  const File* file_;
  std::uint64_t size_;
};

// Borrows the file, which is open for appending.
class FileSink final : public ByteSink {
 public:
  explicit FileSink(File& file) : file_(file) {}
  Status write(std::span<const std::span<const std::byte>> pieces) override { return file_.append(pieces); }

 private:
  File& file_;
};

}  // namespace cantrail::mcap
