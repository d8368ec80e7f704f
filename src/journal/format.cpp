#include "journal/format.hpp"

#include <cassert>
#include <charconv>
#include <cstdio>

#include <xxhash.h>

namespace cantrail::journal {

std::uint64_t hash_of(std::span<const std::byte> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::uint64_t segment_seed(const JournalId& journal, std::uint32_t epoch, std::uint64_t first_seq) {
  struct {
    std::array<std::uint8_t, 16> journal;
    std::uint64_t epoch, first_seq;
  } const key{journal.bytes, epoch, first_seq};
  return hash_of(bytes_of(key));
}

SegmentHeader sealed(SegmentHeader header) {
  header.hash = hash_of(bytes_of(header).first(offsetof(SegmentHeader, hash)));
  return header;
}

std::optional<SegmentHeader> parse_header(std::span<const std::byte> bytes) {
  SegmentHeader header;
  if (!load(bytes, header)) return std::nullopt;
  const bool known = header.version == kVersionPlain || header.version == kVersionCompressed;
  if (header.magic != kSegmentMagic || !known) return std::nullopt;
  if (header.hash != sealed(header).hash) return std::nullopt;
  return header;
}

void add_record(std::string& out, RecordType type, std::uint64_t seed, std::span<const std::byte> fixed,
                std::string_view rest) {
  const std::size_t at = out.size();
  const std::size_t length = padded(fixed.size() + rest.size());
  assert(length <= kMaxPayloadBytes);
  RecordHeader header{0, kRecordMark | static_cast<std::uint32_t>(type), static_cast<std::uint32_t>(length)};
  out += as_text(bytes_of(header));
  out += as_text(fixed);
  out += rest;
  out.resize(at + sizeof header + length, '\0');
  header.hash = hash_of(std::as_bytes(std::span(out)).subspan(at + sizeof header.hash), seed);
  std::memcpy(out.data() + at, &header.hash, sizeof header.hash);
}

std::string to_string(const SegmentName& name) {
  std::array<char, 40> text{};
  const int size = std::snprintf(text.data(), text.size(), "%08x-%016llx.ctj", name.epoch,
                                 static_cast<unsigned long long>(name.first_seq));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<SegmentName> parse_segment_name(std::string_view name) {
  SegmentName parsed;
  if (name.size() != 29) return std::nullopt;
  if (std::from_chars(name.data(), name.data() + 8, parsed.epoch, 16).ptr != name.data() + 8) {
    return std::nullopt;
  }
  if (std::from_chars(name.data() + 9, name.data() + 25, parsed.first_seq, 16).ptr != name.data() + 25) {
    return std::nullopt;
  }
  // Written back it must be the same: upper case and other liberties are not ours.
  if (to_string(parsed) != name) return std::nullopt;
  return parsed;
}

std::string check_line(std::string_view text) {
  std::array<char, 32> line{};
  const int size = std::snprintf(line.data(), line.size(), "check %016llx\n",
                                 static_cast<unsigned long long>(hash_of(std::as_bytes(std::span(text)))));
  return {line.data(), static_cast<std::size_t>(size)};
}

}  // namespace cantrail::journal
