#include <charconv>
#include <cstring>

#include "formats/candump.hpp"
#include "formats/hex.hpp"

namespace cantrail::candump {
namespace {

constexpr FrameFlags kRecorded = with_origin(0, TimeOrigin::recorded);

// A text with a place in it. Every take_ function moves the place only if it says true.
struct Scan {
  std::string_view rest;

  [[nodiscard]] bool done() const { return rest.empty(); }
  [[nodiscard]] char front() const { return rest.empty() ? '\0' : rest.front(); }
  void skip_space() {
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
  }
  bool take(char wanted) {
    if (front() != wanted || rest.empty()) return false;
    rest.remove_prefix(1);
    return true;
  }
  // Up to the next space, which may be nothing; then skips the space.
  std::string_view take_word() {
    // Two searches, as find_first_of looks at each character by a call.
    std::string_view word = rest.substr(0, rest.find(' '));
    word = word.substr(0, word.find('\t'));
    rest.remove_prefix(word.size());
    skip_space();
    return word;
  }
  bool take_byte(std::uint8_t& byte) {
    if (rest.size() < 2) return false;
    const std::uint8_t high = hex_value(rest[0]), low = hex_value(rest[1]);
    if ((high | low) > 15) return false;
    byte = static_cast<std::uint8_t>(high << 4 | low);
    rest.remove_prefix(2);
    return true;
  }
};

LineKind refuse(ParsedLine& parsed, std::string_view reason) {
  parsed.reason = reason;
  return LineKind::malformed;
}

bool fail(ParsedLine& parsed, std::string_view reason) {
  parsed.reason = reason;
  return false;
}

// can-utils writes 3 digits or 8; other tools leave out leading zeros: then, as python-can does, more than 3
// digits are an identifier of 29 bits.
bool take_id(std::string_view text, ParsedLine& parsed) {
  if (text.empty()) return fail(parsed, "the identifier is missing");
  std::uint32_t id = 0;
  for (const char c : text) {
    const std::uint8_t value = hex_value(c);
    if (value == kNoHexDigit) return fail(parsed, "the identifier is not hexadecimal");
    id = id << 4 | value;
  }
  if (text.size() > 8) return fail(parsed, "the identifier has more than 8 digits");
  if (text.size() <= 3) {
    if (id > kIdStandardMask) return fail(parsed, "an identifier of 3 digits is at most 7FF");
    parsed.id = id;
    return true;
  }
  if ((id & (kIdExtended | kIdRemote)) != 0) return fail(parsed, "the identifier has more than 29 bits");
  parsed.id = (id & kIdError) != 0 ? id : id | kIdExtended;
  return true;
}

// "_F" behind the length of a frame of eight bytes.
bool take_raw_dlc(Scan& scan, ParsedLine& parsed) {
  if (!scan.take('_')) return true;
  const std::uint8_t dlc = hex_value(scan.front());
  if (scan.done() || parsed.length != kMaxClassicBytes || dlc < 9 || dlc > 15) {
    return fail(parsed, "a raw DLC is 9 to F and follows 8 bytes");
  }
  scan.rest.remove_prefix(1);
  parsed.flags |= static_cast<FrameFlags>(dlc << kDlcShift);
  return true;
}

bool take_remote(Scan& scan, ParsedLine& parsed) {
  scan.rest.remove_prefix(1);
  if ((parsed.id & kIdError) != 0) return fail(parsed, "an error frame cannot be a remote frame");
  parsed.id |= kIdRemote;
  if (scan.done()) return true;
  const std::uint8_t length = hex_value(scan.front());
  if (length > kMaxClassicBytes) return fail(parsed, "the length of a remote frame is 0 to 8");
  scan.rest.remove_prefix(1);
  parsed.length = length;
  return take_raw_dlc(scan, parsed) && (scan.done() || fail(parsed, "text behind the remote frame"));
}

bool take_fd_flags(Scan& scan, ParsedLine& parsed) {
  const std::uint8_t bits = hex_value(scan.front());
  if (scan.done() || bits == kNoHexDigit) return fail(parsed, "the CAN FD flags are missing");
  scan.rest.remove_prefix(1);
  parsed.flags |= kFlagFd;
  if ((bits & 1) != 0) parsed.flags |= kFlagBrs;
  if ((bits & 2) != 0) parsed.flags |= kFlagEsi;
  return true;
}

// Bytes without or with '.' between them.
bool take_packed_data(Scan& scan, ParsedLine& parsed) {
  const bool fd = (parsed.flags & kFlagFd) != 0;
  const std::size_t most = fd ? kMaxFrameBytes : kMaxClassicBytes;
  while (scan.rest.size() >= 16 && parsed.length + 8U <= most) {  // CAN FD: eight bytes at a time
    const HexRun run = read_hex16(scan.rest.data());
    if (run.digits != 16) break;
    store_text8(parsed.data.data() + parsed.length, run.bytes);
    parsed.length += 8;
    scan.rest.remove_prefix(16);
  }
  while (!scan.done() && scan.front() != '_') {
    if (parsed.length != 0 || fd) (void)scan.take('.');
    if (parsed.length == most) {
      return fail(parsed, fd ? "more than 64 bytes of data" : "more than 8 bytes of data in a classic frame");
    }
    if (!scan.take_byte(parsed.data[parsed.length])) {
      const bool half = scan.rest.size() == 1 && hex_value(scan.front()) != kNoHexDigit;
      return fail(parsed, half ? "data has an odd number of digits" : "data is not hexadecimal");
    }
    ++parsed.length;
  }
  if (fd && !scan.done()) return fail(parsed, "a raw DLC is 9 to F and follows 8 bytes");
  return take_raw_dlc(scan, parsed) && (scan.done() || fail(parsed, "text behind the raw DLC"));
}

// "123#…": the word that `-L` writes.
bool parse_packed(std::string_view word, ParsedLine& parsed) {
  if (word.find(':') != std::string_view::npos) return fail(parsed, "CAN XL frames are not supported");
  const std::size_t hash = word.find('#');
  if (!take_id(word.substr(0, hash), parsed)) return false;
  Scan scan{word.substr(hash + 1)};
  if (scan.front() == 'R' || scan.front() == 'r') return take_remote(scan, parsed);
  if (scan.take('#') && !take_fd_flags(scan, parsed)) return false;
  return take_packed_data(scan, parsed);
}

// "[8]", "[08]" for CAN FD, "{F}" with the raw DLC (-8).
bool take_length(std::string_view word, ParsedLine& parsed) {
  if (word.size() == 3 && word[0] == '[' && word[2] == ']' && word[1] >= '0' && word[1] <= '8') {
    parsed.length = static_cast<std::uint8_t>(word[1] - '0');
    return true;
  }
  if (word.size() == 3 && word[0] == '{' && word[2] == '}' && hex_value(word[1]) <= 15) {
    const std::uint8_t dlc = hex_value(word[1]);
    parsed.length = dlc > 8 ? std::uint8_t{8} : dlc;
    if (dlc > 8) parsed.flags |= static_cast<FrameFlags>(dlc << kDlcShift);
    return true;
  }
  if (word.size() == 4 && word[0] == '[' && word[3] == ']' && hex_value(word[1]) <= 9 &&
      hex_value(word[2]) <= 9) {
    parsed.length = static_cast<std::uint8_t>(hex_value(word[1]) * 10 + hex_value(word[2]));
    if (parsed.length > kMaxFrameBytes) return fail(parsed, "more than 64 bytes of data");
    parsed.flags |= kFlagFd;
    return true;
  }
  return fail(parsed, word.size() == 6 ? "CAN XL frames are not supported" : "not a line of candump");
}

// "AB", or with -i "10101011".
bool take_printed_byte(std::string_view word, std::uint8_t& byte) {
  if (word.size() == 2) return Scan{word}.take_byte(byte);
  if (word.size() != 8) return false;
  byte = 0;
  for (const char bit : word) {
    if (bit != '0' && bit != '1') return false;
    byte = static_cast<std::uint8_t>(byte << 1 | (bit - '0'));
  }
  return true;
}

// "123   [8]  11 22 …": what candump prints on a terminal.
bool parse_printed(std::string_view id, Scan& scan, ParsedLine& parsed) {
  if (!take_id(id, parsed) || !take_length(scan.take_word(), parsed)) return false;
  if (scan.rest == "remote request") {
    if ((parsed.flags & kFlagFd) != 0) return fail(parsed, "CAN FD has no remote frames");
    parsed.id |= kIdRemote;
    return (parsed.id & kIdError) == 0 || fail(parsed, "an error frame cannot be a remote frame");
  }
  for (std::size_t i = 0; i < parsed.length; ++i) {
    const std::string_view word = scan.take_word();
    if (take_printed_byte(word, parsed.data[i])) continue;
    if (word.find('`') != std::string_view::npos) {
      return fail(parsed, "the byte order is swapped (candump -S)");
    }
    return fail(parsed, word.empty() ? "less data than the length says" : "data is not hexadecimal");
  }
  if (scan.done() || scan.front() == '\'') return true;
  if (scan.front() == '`') return fail(parsed, "the byte order is swapped (candump -S)");
  if (scan.rest == "ERRORFRAME" && (parsed.id & kIdError) != 0) return true;
  return fail(parsed, "text behind the data");
}

// The text between the parentheses.
std::optional<WallTime> parse_timestamp(std::string_view text) {
  if (text.size() < 11 || text[4] != '-') return parse_time(text);
  std::array<char, 48> with_zone;
  if (text.size() >= with_zone.size()) return std::nullopt;
  std::memcpy(with_zone.data(), text.data(), text.size());
  with_zone[text.size()] = 'Z';
  return parse_time({with_zone.data(), text.size() + 1});
}

// "(1700000000.123456) ", after an optional line number.
bool take_time(Scan& scan, ParsedLine& parsed) {
  std::size_t digits = 0;
  while (digits < scan.rest.size() && hex_value(scan.rest[digits]) <= 9) ++digits;
  if (digits != 0) {
    Scan behind{scan.rest.substr(digits)};
    behind.skip_space();
    if (behind.front() == '(') scan = behind;
  }
  if (!scan.take('(')) return true;
  const std::size_t close = scan.rest.find(')');
  if (close == std::string_view::npos) return fail(parsed, "the timestamp has no closing parenthesis");
  parsed.time = parse_timestamp(scan.rest.substr(0, close));
  if (!parsed.time) return fail(parsed, "the timestamp is neither seconds nor a date");
  scan.rest.remove_prefix(close + 1);
  scan.skip_space();
  return true;
}

// "RX B - " or "TX - E ", which -x prints before the identifier.
bool take_printed_direction(std::string_view word, Scan& scan, ParsedLine& parsed) {
  if (word == "TX") parsed.flags |= kFlagTx;
  const std::string_view brs = scan.take_word(), esi = scan.take_word();
  if ((brs != "-" && brs != "B") || (esi != "-" && esi != "E")) return fail(parsed, "not a line of candump");
  if (brs == "B") parsed.flags |= kFlagBrs;
  if (esi == "E") parsed.flags |= kFlagEsi;
  return true;
}

bool parse_frame(Scan& scan, ParsedLine& parsed) {
  if (!take_time(scan, parsed)) return false;
  parsed.channel = scan.take_word();
  if (parsed.channel.find('#') != std::string_view::npos) return fail(parsed, "the channel is missing");
  std::string_view word = scan.take_word();
  if (word.empty()) return fail(parsed, "not a line of candump");
  if (word.find('#') != std::string_view::npos) {
    if (!parse_packed(word, parsed)) return false;
    if (scan.rest == "T") parsed.flags |= kFlagTx;
    return scan.done() || scan.rest == "T" || scan.rest == "R" || fail(parsed, "text behind the data");
  }
  if (word == "RX" || word == "TX") {
    if (!take_printed_direction(word, scan, parsed)) return false;
    word = scan.take_word();
  }
  if (!parse_printed(word, scan, parsed)) return false;
  // -x prints two flags of classic frames, too; they mean nothing there.
  if ((parsed.flags & kFlagFd) == 0) parsed.flags &= static_cast<FrameFlags>(~(kFlagBrs | kFlagEsi));
  return true;
}

// "DROPCOUNT: dropped 12 CAN frames on 'can0' socket (total drops 12)"
LineKind parse_drops(std::string_view line, ParsedLine& parsed) {
  constexpr std::string_view kBegin = "DROPCOUNT: dropped ";
  if (!line.starts_with(kBegin)) return refuse(parsed, "not a line of candump");
  line.remove_prefix(kBegin.size());
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), parsed.dropped);
  if (error != std::errc{}) return refuse(parsed, "a drop report without a number");
  const std::size_t open = line.find('\''), close = line.rfind('\'');
  if (open < close && close != std::string_view::npos)
    parsed.channel = line.substr(open + 1, close - open - 1);
  return LineKind::drops;
}

}  // namespace

FrameView ParsedLine::view() const {
  const bool carries_data = (id & kIdRemote) == 0;
  return {
      time.value_or(WallTime{}), id, flags, 0, length, {data.data(), carries_data ? length : std::size_t{0}}};
}

LineKind parse_line(std::string_view line, ParsedLine& parsed) {
  parsed.time.reset();
  parsed.channel = {};
  parsed.id = 0;
  parsed.flags = kRecorded;
  parsed.length = 0;
  parsed.dropped = 0;
  parsed.reason = {};
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) {
    line.remove_suffix(1);
  }
  // Below an error frame -e explains it on lines that begin with a tabulator; those hold no frame.
  const bool indented = !line.empty() && line.front() == '\t';
  Scan scan{line};
  scan.skip_space();
  if (scan.done() || scan.front() == '#' || scan.front() == ';') return LineKind::blank;
  if (indented && scan.rest.find_first_of("#[") == std::string_view::npos) return LineKind::blank;
  if (scan.front() == 'D' && scan.rest.starts_with("DROPCOUNT")) return parse_drops(scan.rest, parsed);
  return parse_frame(scan, parsed) ? LineKind::frame : LineKind::malformed;
}

}  // namespace cantrail::candump
