#include "journal/scan.hpp"

#include <algorithm>

namespace cantrail::journal {
namespace {

constexpr std::size_t kWindowBytes = 256U << 10U;
constexpr std::size_t kBlockBytes = 4096;
constexpr unsigned kPatience = 2;
// A forged file could hold millions of headers that each claim half of it. What is hashed in vain is bounded
// by this many times the file; behind that the rest of the file counts as damaged.
constexpr std::uint64_t kWasteFactor = 16;

}  // namespace

Result<std::size_t> RecordScan::read(std::uint64_t offset, std::span<std::byte> out) {
  auto got = file_.read_at(offset, out);
  if (got || read_faults_++ < kPatience) {
    if (got) read_faults_ = 0;
    return got;
  }
  for (std::size_t at = 0; at < out.size(); at += kBlockBytes) {
    const auto block = out.subspan(at, std::min(kBlockBytes, out.size() - at));
    const auto part = file_.read_at(offset + at, block);
    const std::size_t filled = part ? *part : 0;
    if (part && filled < block.size()) return at + filled;
    std::fill(block.begin() + static_cast<std::ptrdiff_t>(filled), block.end(), std::byte{0});
  }
  read_faults_ = 0;
  return out.size();
}

Result<std::span<const std::byte>> RecordScan::window(std::uint64_t offset, std::size_t wanted,
                                                      std::uint64_t limit) {
  wanted = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, limit - offset));
  if (offset < window_at_ || offset + wanted > window_at_ + window_size_) {
    const std::size_t size =
        static_cast<std::size_t>(std::min<std::uint64_t>(std::max(wanted, kWindowBytes), limit - offset));
    if (window_.size() < size) window_.resize(std::max(size, std::min<std::size_t>(kWindowBytes, 2 * size)));
    window_size_ = 0;
    const auto got = read(offset, std::span(window_).first(size));
    if (!got) return got.fault();
    window_at_ = offset;
    window_size_ = *got;
  }
  return std::span<const std::byte>(window_)
      .first(window_size_)
      .subspan(static_cast<std::size_t>(offset - window_at_));
}

bool RecordScan::may_be_record(const RecordHeader& header, std::uint64_t offset, std::uint64_t limit) const {
  return (header.mark & ~0xFFU) == kRecordMark && header.length % 8 == 0 &&
         header.length <= kMaxPayloadBytes && header.length <= limit - offset - sizeof header;
}

Result<std::uint64_t> RecordScan::next_mark(std::uint64_t offset, std::uint64_t limit) {
  while (offset + sizeof(RecordHeader) <= limit) {
    const auto bytes = window(offset, sizeof(RecordHeader), limit);
    if (!bytes) return bytes.fault();
    RecordHeader header;
    if (bytes->size() < sizeof header) break;
    for (std::size_t at = 0; at + sizeof header <= bytes->size(); at += 8, offset += 8) {
      std::memcpy(&header, bytes->data() + at, sizeof header);
      if (may_be_record(header, offset, limit)) return offset;
    }
  }
  return limit;
}

Result<std::optional<Record>> RecordScan::next(std::uint64_t limit) {
  limit = limit / 8 * 8;
  while (from_ + sizeof(RecordHeader) <= limit) {
    const auto at = next_mark(from_, limit);
    if (!at) return at.fault();
    from_ = *at;
    if (from_ + sizeof(RecordHeader) > limit) break;
    RecordHeader header;
    const auto start = window(from_, sizeof header, limit);
    if (!start) return start.fault();
    if (!load(*start, header)) break;
    const std::size_t size = sizeof header + header.length;
    const auto bytes = window(from_, size, limit);
    if (!bytes) return bytes.fault();
    if (bytes->size() >= size && hash_of(bytes->subspan(8, size - 8), seed_) == header.hash) {
      Record record{static_cast<RecordType>(header.mark & 0xFFU), from_, from_ - end_of_last_,
                    bytes->subspan(sizeof header, header.length)};
      from_ = end_of_last_ = from_ + size;
      return std::optional(record);
    }
    wasted_bytes_ += size;
    from_ = wasted_bytes_ > kWasteFactor * limit ? limit : from_ + 8;
  }
  // Up to `limit` everything is known to be no record: what is written later begins behind it.
  if (from_ != end_of_last_) from_ = std::max(from_, limit);
  return std::optional<Record>();
}

}  // namespace cantrail::journal
