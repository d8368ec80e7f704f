#include "formats/candump_reader.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "formats/hex.hpp"

namespace cantrail::candump {
namespace {

// A line that parse_common may look at lies whole in this many bytes: timestamp 23, padding and channel 48,
// identifier 9, data and line end 18.
constexpr std::size_t kCommonBytes = 128;
constexpr std::size_t kMostPadding = 16;
constexpr std::size_t kLongestName = 31;
constexpr std::size_t kChannelsKept = 32;

constexpr FrameFlags kRecordedFrame = with_origin(0, TimeOrigin::recorded);
constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kMostSeconds = 9'223'372'035;  // with any fraction, fits int64 nanoseconds

std::uint32_t load_text4(const char* text) {
  std::uint32_t word = 0;
  std::memcpy(&word, text, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap32(word);
  return word;
}

}  // namespace

// Frames on their way into the block: a run of classic ones is appended at once.
struct Reader::Staged {
  static constexpr std::size_t kRows = 64;

  std::size_t count = 0;
  std::array<std::int64_t, kRows> time_ns;
  std::array<std::uint32_t, kRows> id;
  std::array<FrameFlags, kRows> flags;
  std::array<ChannelId, kRows> channel;
  std::array<std::uint8_t, kRows> length;
  std::array<std::uint64_t, kRows> payload;

  Staged() { flags.fill(kRecordedFrame); }

  void flush(FrameBlock& out) {
    if (count == 0) return;
    const auto front = [this](const auto& column) { return std::span(column.data(), count); };
    out.append(FrameBlock::ClassicRows{front(time_ns), front(id), front(flags), front(channel), front(length),
                                       front(payload)});
    count = 0;
  }
};

Reader::Reader(ChannelResolver resolve, std::optional<WallTime> time_of_untimed)
    : resolver_(std::move(resolve)), time_of_untimed_(time_of_untimed) {}

// The channel whose name and space stand at `at`, if it is known.
const Reader::KnownChannel* Reader::match_channel(const char* at) {
  const std::uint64_t head = load_text8(at);
  const auto fits = [&](const KnownChannel& known) {
    return (head & known.mask) == known.head &&
           (known.name.size() <= 8 || std::memcmp(at, known.name.data(), known.name.size()) == 0);
  };
  if (last_ < channels_.size() && fits(channels_[last_])) return &channels_[last_];
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (!fits(channels_[i])) continue;
    last_ = i;
    return &channels_[i];
  }
  return nullptr;
}

std::optional<ChannelId> Reader::resolve(std::string_view name) {
  for (const KnownChannel& known : channels_) {
    if (std::string_view(known.name).substr(0, known.name.size() - 1) == name) return known.id;
  }
  KnownChannel found;
  found.id = resolver_(name);
  if (name.size() > kLongestName) return found.id;
  found.name = std::string(name) + ' ';
  std::array<char, 8> head{};
  const std::size_t counts = std::min<std::size_t>(8, found.name.size());
  std::memcpy(head.data(), found.name.data(), counts);
  found.head = load_text8(head.data());
  found.mask = counts == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (counts * 8)) - 1;
  if (channels_.size() == kChannelsKept) channels_.erase(channels_.begin());
  channels_.push_back(found);
  last_ = channels_.size() - 1;
  return found.id;
}

// "(1700000000.123456) " or nine digits behind the point. False for all else; moves only if true.
bool Reader::take_common_time(const char*& text, std::int64_t& time_ns) {
  if (text[0] != '(' || text[11] != '.') return false;
  const std::uint64_t seconds = load_text8(text + 1);
  const std::uint32_t seconds_tail = load_text4(text + 9) & 0xFFFFU;
  if (seconds != seconds_text_ || seconds_tail != seconds_tail_) {
    const std::uint64_t tail_word = static_cast<std::uint64_t>(seconds_tail) << 48 | 0x303030303030U;
    if (!all_decimal8(seconds) || !all_decimal8(tail_word)) return false;
    const std::int64_t value = static_cast<std::int64_t>(decimal8(seconds)) * 100 + decimal8(tail_word);
    if (value > kMostSeconds) return false;
    seconds_text_ = seconds;
    seconds_tail_ = seconds_tail;
    seconds_ns_ = value * kSecondNs;
  }
  const std::uint64_t fraction = load_text8(text + 12);
  if (fraction >> 48 == (')' | ' ' << 8)) {
    const std::uint64_t micros = fraction << 16 | 0x3030U;
    if (!all_decimal8(micros)) return false;
    time_ns = seconds_ns_ + static_cast<std::int64_t>(decimal8(micros)) * 1000;
    text += 20;
    return true;
  }
  const std::uint32_t tail = load_text4(text + 20) & 0xFFFFFFU;
  const std::uint32_t last = (tail & 0xFFU) - '0';
  if (!all_decimal8(fraction) || last > 9 || tail >> 8 != (')' | ' ' << 8)) return false;
  time_ns = seconds_ns_ + static_cast<std::int64_t>(decimal8(fraction)) * 10 + last;
  text += 23;
  return true;
}

// "(1700000000.123456) can0 123#DEADBEEF\n": classic frames with seconds of ten digits and a channel that is
// known. False without having moved for everything else, which then is parsed slowly. The caller has
// kCommonBytes at `at` and room for a row.
bool Reader::parse_common(const char*& at, Staged& staged) {
  const char* text = at;
  std::int64_t time_ns = 0;
  if (!take_common_time(text, time_ns)) return false;
  for (const char* most = text + kMostPadding; *text == ' ' && text != most;) ++text;
  const KnownChannel* channel = match_channel(text);
  if (channel == nullptr || !channel->id) return false;
  text += channel->name.size();

  std::uint32_t id = 0;
  if (text[3] == '#') {
    const unsigned a = hex_value(text[0]), b = hex_value(text[1]), c = hex_value(text[2]);
    if (a > 7 || (b | c) > 15) return false;
    id = a << 8 | b << 4 | c;
    text += 4;
  } else {
    // Eight digits, or seven where the writer leaves out a leading zero.
    std::uint64_t digits = load_text8(text);
    const bool seven = text[7] == '#';
    if (seven) digits = digits << 8 | '0';
    if ((!seven && text[8] != '#') || no_hex_mask(digits) != 0) return false;
    id = __builtin_bswap32(pack_hex8(digits));
    if (id > kIdExtendedMask) return false;  // error frames are parsed slowly
    id |= kIdExtended;
    text += seven ? 8 : 9;
  }
  const HexRun data = read_hex16(text);
  text += data.digits;
  if (*text == '\r') ++text;
  if (*text != '\n' || data.digits % 2 != 0) return false;

  const std::size_t row = staged.count++;
  staged.time_ns[row] = time_ns;
  staged.id[row] = id;
  staged.channel[row] = *channel->id;
  staged.length[row] = static_cast<std::uint8_t>(data.digits / 2);
  if constexpr (std::endian::native == std::endian::big) {
    staged.payload[row] = __builtin_bswap64(data.bytes);
  } else {
    staged.payload[row] = data.bytes;
  }
  at = text + 1;
  return true;
}

std::size_t Reader::parse(std::string_view text, bool at_end, std::size_t limit, FrameBlock& out) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const std::uint64_t frames_limit = stats_.frames + limit;
  Staged staged;
  while (stats_.frames + staged.count < frames_limit && at != end) {
    if (static_cast<std::size_t>(end - at) >= kCommonBytes && !in_overlong_line_ &&
        parse_common(at, staged)) {
      if (staged.count < Staged::kRows) continue;
    }
    stats_.frames += staged.count;
    stats_.lines += staged.count;
    const bool was_full = staged.count == Staged::kRows;
    staged.flush(out);
    if (was_full) continue;
    const std::size_t used = parse_slowly({at, static_cast<std::size_t>(end - at)}, at_end, out);
    if (used == 0) break;
    at += used;
    if (stop_at_malformed_ && stats_.malformed != 0) break;
  }
  stats_.frames += staged.count;
  stats_.lines += staged.count;
  staged.flush(out);
  return static_cast<std::size_t>(at - text.data());
}

// One line of any form, or a part of an overlong one. Returns the bytes used: 0 if the line is not whole.
std::size_t Reader::parse_slowly(std::string_view text, bool at_end, FrameBlock& out) {
  const auto* feed = static_cast<const char*>(std::memchr(text.data(), '\n', text.size()));
  const std::size_t length = feed != nullptr ? static_cast<std::size_t>(feed - text.data()) : text.size();
  const bool whole = feed != nullptr || at_end;
  const std::size_t used = length + (feed != nullptr ? 1 : 0);
  if (in_overlong_line_) {
    in_overlong_line_ = feed == nullptr;
    return used;
  }
  if (!whole && length <= kMaxLineBytes) return 0;
  ++stats_.lines;
  if (length > kMaxLineBytes) {
    in_overlong_line_ = feed == nullptr;
    malformed(text.substr(0, length), "the line is longer than 4096 bytes");
  } else {
    take_line(text.substr(0, length), out);
  }
  return used;
}

void Reader::take_line(std::string_view line, FrameBlock& out) {
  ParsedLine parsed;
  switch (parse_line(line, parsed)) {
    case LineKind::blank:
      ++stats_.blank;
      return;
    case LineKind::drops:
      ++stats_.drop_reports;
      stats_.dropped += parsed.dropped;
      return;
    case LineKind::malformed:
      malformed(line, parsed.reason);
      return;
    case LineKind::frame:
      break;
  }
  if (!parsed.time) parsed.time = time_of_untimed_;
  if (!parsed.time) {
    malformed(line, "the line has no timestamp");
    return;
  }
  const std::optional<ChannelId> channel = resolve(parsed.channel);
  if (!channel) {
    ++stats_.ignored;
    return;
  }
  FrameView frame = parsed.view();
  frame.channel = *channel;
  out.append(frame);
  ++stats_.frames;
}

void Reader::malformed(std::string_view line, std::string_view reason) {
  ++stats_.malformed;
  if (stats_.first_malformed.size() == kMalformedKept) return;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  stats_.first_malformed.push_back({stats_.lines, reason, printable(line)});
}

}  // namespace cantrail::candump
