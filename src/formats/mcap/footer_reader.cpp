#include "formats/mcap/footer_reader.hpp"

#include <algorithm>
#include <cstring>

#include "formats/mcap/crc32.hpp"
#include "formats/mcap/record_parser.hpp"

namespace cantrail::mcap {
namespace {

Result<std::uint32_t> crc_of(SourceWindow& window, std::uint64_t from, std::uint64_t to) {
  std::uint32_t crc = 0;
  while (from < to) {
    const auto piece = window.at(from, std::min(kPieceBytes, to - from));
    if (!piece) return piece.fault();
    crc = crc32(*piece, crc);
    from += piece->size();
  }
  return crc;
}

bool consistent(const Footer& footer, std::uint64_t offset) {
  const auto before = [&](std::uint64_t place) {
    return place == 0 || (place >= kMagic.size() && place <= offset);
  };
  return before(footer.summary_start) && before(footer.summary_offset_start) &&
         (footer.summary_offset_start == 0 || footer.summary_start <= footer.summary_offset_start);
}

}  // namespace

Result<std::optional<Footer>> read_footer(SourceWindow& window, std::uint64_t offset) {
  const std::optional<Footer> none;
  const auto bytes = window.at(offset, kEndingBytes);
  if (!bytes) return bytes.fault();
  if (bytes->size() < kEndingBytes || (*bytes)[0] != static_cast<std::byte>(Opcode::footer) ||
      load<std::uint64_t>(bytes->data() + 1) != kFooterBytes) {
    return none;
  }
  if (std::memcmp(bytes->data() + kPrefixBytes + kFooterBytes, kMagic.data(), kMagic.size()) != 0)
    return none;
  const auto footer = parse_footer(bytes->subspan(kPrefixBytes, kFooterBytes));
  if (!footer || !consistent(*footer, offset)) return none;
  if (footer->summary_crc != 0) {
    const std::uint64_t from = footer->summary_start == 0 ? offset : footer->summary_start;
    const auto crc = crc_of(window, from, offset + kPrefixBytes + kFooterBytes - sizeof(std::uint32_t));
    if (!crc) return crc.fault();
    if (*crc != footer->summary_crc) return none;
  }
  return footer;
}

}  // namespace cantrail::mcap
