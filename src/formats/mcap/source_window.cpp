#include "formats/mcap/source_window.hpp"

namespace cantrail::mcap {
namespace {

constexpr std::uint64_t kAheadBytes = std::uint64_t{256} << 10U;

}  // namespace

Result<std::span<const std::byte>> SourceWindow::at(std::uint64_t offset, std::uint64_t count) {
  if (offset >= size_) return std::span<const std::byte>{};
  count = std::min(count, size_ - offset);
  if (offset < begin_ || offset + count > begin_ + buffer_.size()) {
    if (Status status = load(offset, count); !status) return status.fault();
  }
  return buffer_.span().subspan(offset - begin_, count);
}

Status SourceWindow::load(std::uint64_t offset, std::uint64_t count) {
  std::size_t kept = 0;
  if (offset >= begin_ && offset < begin_ + buffer_.size()) {
    kept = begin_ + buffer_.size() - offset;
    std::memmove(buffer_.data(), buffer_.data() + (offset - begin_), kept);
  }
  buffer_.set_size(kept);
  begin_ = offset;
  const std::uint64_t wanted = std::min(std::max(count, kAheadBytes), size_ - offset);
  buffer_.reserve(wanted);
  while (buffer_.size() < wanted) {
    const std::span room(buffer_.data() + buffer_.size(), wanted - buffer_.size());
    const auto got = source_.read_at(begin_ + buffer_.size(), room);
    if (!got) return got.fault();
    if (*got == 0) return {FaultKind::unavailable, "the file became shorter while it was read"};
    buffer_.set_size(buffer_.size() + *got);
  }
  return {};
}

}  // namespace cantrail::mcap
