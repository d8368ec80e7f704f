#include "formats/text_input.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cantrail {
namespace {

constexpr std::size_t kRawBytes = 64 << 10;

}  // namespace

Result<std::unique_ptr<TextInput>> TextInput::open(const std::string& path) {
  if (path == "-") return std::unique_ptr<TextInput>(new TextInput(STDIN_FILENO, false, "standard input"));
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno_fault("cannot open " + path, errno);
  struct stat info {};
  if (::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
    ::close(fd);
    return errno_fault("cannot read " + path, EISDIR);
  }
  return std::unique_ptr<TextInput>(new TextInput(fd, true, path));
}

std::unique_ptr<TextInput> TextInput::on_descriptor(int fd, std::string name) {
  return std::unique_ptr<TextInput>(new TextInput(fd, false, std::move(name)));
}

TextInput::TextInput(int fd, bool owned, std::string name) : fd_(fd), owned_(owned), name_(std::move(name)) {
  struct stat info {};
  if (::fstat(fd_, &info) == 0 && S_ISREG(info.st_mode))
    file_size_ = static_cast<std::uint64_t>(info.st_size);
}

TextInput::~TextInput() {
  if (owned_) ::close(fd_);
}

Result<std::size_t> TextInput::read_descriptor(std::span<char> out) {
  for (;;) {
    const ssize_t got = ::read(fd_, out.data(), out.size());
    if (got >= 0) {
      file_position_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
    if (errno != EINTR) return errno_fault("cannot read " + name_, errno);
  }
}

// Appends to the unused raw bytes; raw_ended_ if there is nothing more.
Status TextInput::refill() {
  std::memmove(raw_.data(), raw_.data() + raw_begin_, raw_end_ - raw_begin_);
  raw_end_ -= raw_begin_;
  raw_begin_ = 0;
  const auto got = read_descriptor(std::span(raw_).subspan(raw_end_));
  if (!got) return got.status();
  raw_end_ += *got;
  raw_ended_ = *got == 0;
  return {};
}

// Looks at the first bytes and decides.
Status TextInput::begin() {
  if (raw_.empty()) raw_.resize(kRawBytes);
  while (raw_end_ < kMagicBytes && !raw_ended_) {
    if (auto filled = refill(); !filled) return filled;
  }
  std::array<std::uint8_t, kMagicBytes> magic{};
  const std::size_t known = std::min(raw_end_, magic.size());
  std::memcpy(magic.data(), raw_.data(), known);
  compression_ = detect_compression(std::span(magic).first(known));
  if (compression_ != Compression::none) {
    auto made = make_decompressor(compression_);
    if (!made) return made.status();
    decompressor_ = std::move(*made);
  }
  begun_ = true;
  return {};
}

Result<std::size_t> TextInput::read_plain(std::span<char> out) {
  if (raw_begin_ == raw_end_) return read_descriptor(out);
  const std::size_t count = std::min(out.size(), raw_end_ - raw_begin_);
  std::memcpy(out.data(), raw_.data() + raw_begin_, count);
  raw_begin_ += count;
  return count;
}

Result<std::size_t> TextInput::read_compressed(std::span<char> out) {
  for (;;) {
    const std::span<const std::uint8_t> in(reinterpret_cast<const std::uint8_t*>(raw_.data()) + raw_begin_,
                                           raw_end_ - raw_begin_);
    const Decompressor::Step step = decompressor_->step(in, raw_ended_, out);
    raw_begin_ += step.consumed;
    if (step.problem) {
      fault_ =
          Fault{FaultKind::corrupt, name_ + ": " + *step.problem + ", " +
                                        std::to_string(position_ + step.produced) + " bytes came out before"};
    }
    if (step.produced != 0) return step.produced;
    if (fault_) return *fault_;
    if (step.ended) return std::size_t{0};
    if (step.consumed != 0) continue;
    if (raw_ended_ || raw_end_ - raw_begin_ == raw_.size()) {
      fault_ = Fault{FaultKind::bug, name_ + ": the decompressor makes no progress"};
      return *fault_;
    }
    if (auto filled = refill(); !filled) return filled.fault();
  }
}

Result<std::size_t> TextInput::read(std::span<char> out) {
  if (fault_) return *fault_;
  if (out.empty()) return std::size_t{0};
  if (!begun_) {
    if (auto begun = begin(); !begun) return begun.fault();
  }
  auto got = decompressor_ ? read_compressed(out) : read_plain(out);
  if (got) position_ += *got;
  return got;
}

// A plain file does not have to be read through.
Status TextInput::skip_in_file(std::uint64_t offset) {
  struct stat info {};
  if (::fstat(fd_, &info) != 0) return errno_fault("cannot stat " + name_, errno);
  if (static_cast<std::uint64_t>(info.st_size) < offset) {
    return Fault{FaultKind::corrupt,
                 name_ + " ends before byte " + std::to_string(offset) +
                     ", where reading would go on: it is not the file that was read before"};
  }
  // Relative, as standard input may have been handed over in the middle of a file.
  const std::uint64_t buffered = raw_end_ - raw_begin_;
  const auto forward = static_cast<off_t>(offset - position_) - static_cast<off_t>(buffered);
  if (::lseek(fd_, forward, SEEK_CUR) < 0) return errno_fault("cannot seek in " + name_, errno);
  file_position_ += static_cast<std::uint64_t>(forward);
  raw_begin_ = raw_end_ = 0;
  position_ = offset;
  return {};
}

Status TextInput::skip_to(std::uint64_t offset) {
  if (fault_) return *fault_;
  if (offset < position_) return Fault{FaultKind::bug, name_ + ": cannot go back in a stream"};
  if (!begun_) {
    if (auto begun = begin(); !begun) return begun;
  }
  if (!decompressor_ && file_size_ != 0 && owned_) return skip_in_file(offset);
  std::vector<char> passed(std::min<std::uint64_t>(kRawBytes, offset - position_));
  while (position_ < offset) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(passed.size(), offset - position_));
    const auto got = read(std::span(passed).first(want));
    if (!got) return got.status();
    if (*got == 0) {
      return Fault{FaultKind::corrupt,
                   name_ + " ends at byte " + std::to_string(position_) + ", before byte " +
                       std::to_string(offset) +
                       ", where reading would go on: it is not the one that was read before"};
    }
  }
  return {};
}

}  // namespace cantrail
