#include "formats/mcap/record_finder.hpp"

#include <algorithm>
#include <array>

#include "formats/mcap/compression.hpp"
#include "formats/mcap/record_parser.hpp"

namespace cantrail::mcap {
namespace {

// As much of a record as has to be seen: names that are longer make it unrecognizable.
constexpr std::size_t kLookBytes = 4096;
constexpr std::uint64_t kScanBytes = std::uint64_t{64} << 10U;
// No record is longer, and random bytes hardly ever say less.
constexpr std::uint64_t kImplausibleLength = std::uint64_t{1} << 40U;

// Whether a record that this version knows can have a content of this length.
bool is_plausible(Opcode opcode, std::uint64_t length) {
  switch (opcode) {
    case Opcode::footer:
      return length == kFooterBytes;
    case Opcode::data_end:
      return length == kDataEndBytes;
    case Opcode::message_index:
      return length % kIndexEntryBytes == kIndexHeaderBytes && length < kImplausibleLength;
    default:
      break;
  }
  // By opcode: the fixed fields, and the lengths of the others.
  constexpr std::array<std::uint64_t, kLastKnownOpcode + 1> kLeast{0,  8,  20, 14, 16, 22, 40, 6,
                                                                   64, 36, 48, 46, 8,  20, 17, 4};
  const auto number = static_cast<std::uint8_t>(opcode);
  return number > 0 && number <= kLastKnownOpcode && length >= kLeast[number] && length < kImplausibleLength;
}

}  // namespace

RecordFinder::RecordFinder(const ByteSource& source, const Definitions& definitions, const Limits& limits)
    : source_(source), definitions_(definitions), limits_(limits), size_(source.size()), head_(kLookBytes) {}

Result<bool> RecordFinder::follows(std::uint64_t offset) {
  for (bool again : {true, false}) {
    std::array<std::byte, kPrefixBytes> prefix{};
    const auto got = source_.read_at(offset, prefix);
    if (!got) return got.fault();
    if (*got < prefix.size()) return *got == 0 || prefix[0] != std::byte{0};
    const auto length = load<std::uint64_t>(prefix.data() + 1);
    const auto opcode = std::to_integer<std::uint8_t>(prefix[0]);
    if (opcode <= kLastKnownOpcode) return is_plausible(static_cast<Opcode>(opcode), length);
    // A record that is not known says little: what follows it says more.
    if (!again || length > size_ - offset - kPrefixBytes) return false;
    offset += kPrefixBytes + length;
  }
  return false;
}

bool RecordFinder::agrees(Opcode opcode, std::span<const std::byte> body, std::uint64_t length,
                          Acceptable acceptable) const {
  if (opcode == Opcode::message) {
    return acceptable.messages && length >= kMessageHeaderBytes && body.size() >= kMessageHeaderBytes &&
           definitions_.channel(load<std::uint16_t>(body.data())) != nullptr;
  }
  if ((opcode == Opcode::schema || opcode == Opcode::channel) && !acceptable.definitions) return false;
  if (content_bytes(opcode, body) != length) return false;
  if (opcode != Opcode::chunk) return true;
  const auto header = parse_chunk_header(body);
  return header && compression_named(header->compression) && header->start_ns <= header->end_ns &&
         header->uncompressed_bytes <= limits_.most_chunk_bytes;
}

Result<bool> RecordFinder::is_record(std::uint64_t offset, Acceptable acceptable) {
  const auto got = source_.read_at(offset, head_);
  if (!got) return got.fault();
  return is_record(offset, std::span<const std::byte>(head_).first(*got), acceptable);
}

Result<bool> RecordFinder::is_record(std::uint64_t offset, std::span<const std::byte> head,
                                     Acceptable acceptable) {
  if (head.size() < kPrefixBytes) return false;
  const auto length = load<std::uint64_t>(head.data() + 1);
  if (length > size_ - offset - kPrefixBytes) return false;
  auto body = head.subspan(kPrefixBytes);
  body = body.first(std::min<std::uint64_t>(body.size(), length));
  if (!agrees(static_cast<Opcode>(head[0]), body, length, acceptable)) return false;
  return follows(offset + kPrefixBytes + length);
}

Result<std::optional<std::uint64_t>> RecordFinder::find(std::uint64_t from, Acceptable acceptable,
                                                        SourceWindow& window) {
  for (std::uint64_t begin = from; begin < size_; begin += kScanBytes) {
    const auto view = window.at(begin, kScanBytes + kLookBytes);
    if (!view) return view.fault();
    for (std::size_t i = 0; i < kScanBytes && i + kPrefixBytes <= view->size(); ++i) {
      const auto opcode = std::to_integer<std::uint8_t>((*view)[i]);
      if (opcode == 0 || opcode > kLastKnownOpcode) continue;
      const auto head = view->subspan(i, std::min(kLookBytes, view->size() - i));
      const auto is = is_record(begin + i, head, acceptable);
      if (!is) return is.fault();
      if (*is) return std::optional(begin + i);
    }
  }
  return std::optional<std::uint64_t>();
}

}  // namespace cantrail::mcap
