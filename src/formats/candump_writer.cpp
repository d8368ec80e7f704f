#include <array>
#include <cstdlib>

#include "formats/candump.hpp"

namespace cantrail::candump {
namespace {

constexpr char kDigits[] = "0123456789ABCDEF";

// Exact room for the longest line but its channel: "(-9223372036.854775808) ", " 12345678##7", 64 bytes,
// "_F T\n".
struct Line {
  std::array<char, 192> text;
  std::size_t size = 0;

  void put(char c) { text[size++] = c; }
  void hex(std::uint32_t value, int digits) {
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) put(kDigits[value >> shift & 15]);
  }
  void decimal(std::uint64_t value, int digits) {
    for (int i = digits - 1; i >= 0; --i, value /= 10) {
      text[size + static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
    }
    size += static_cast<std::size_t>(digits);
  }
  [[nodiscard]] std::string_view view() const { return {text.data(), size}; }
};

void put_time(Line& line, WallTime time, int fraction_digits) {
  line.put('(');
  auto magnitude = static_cast<std::uint64_t>(time.ns);
  if (time.ns < 0) {  // candump knows no time before 1970
    line.put('-');
    magnitude = 0 - magnitude;
  }
  line.decimal(magnitude / 1'000'000'000, 10);
  line.put('.');
  const std::uint64_t fraction_ns = magnitude % 1'000'000'000;
  if (fraction_digits == 9) {
    line.decimal(fraction_ns, 9);
  } else {
    line.decimal(fraction_ns / 1'000, 6);
  }
  line.put(')');
  line.put(' ');
}

void put_frame(Line& line, const FrameView& frame) {
  if (frame.error()) {
    line.hex(kIdError | frame.number(), 8);
  } else {
    line.hex(frame.number(), frame.extended() ? 8 : 3);
  }
  line.put('#');
  const bool fd = (frame.flags & kFlagFd) != 0;
  if (frame.remote()) {
    line.put('R');
    if (frame.length != 0) line.hex(frame.length, 1);
  } else {
    if (fd) {
      line.put('#');
      line.hex(4U | ((frame.flags & kFlagBrs) != 0 ? 1U : 0U) | ((frame.flags & kFlagEsi) != 0 ? 2U : 0U), 1);
    }
    for (const std::uint8_t byte : frame.data) line.hex(byte, 2);
  }
  const unsigned raw_dlc = (frame.flags & kDlcMask) >> kDlcShift;
  if (!fd && frame.length == kMaxClassicBytes && raw_dlc > kMaxClassicBytes) {
    line.put('_');
    line.hex(raw_dlc, 1);
  }
}

}  // namespace

void append_frame(std::string& out, const FrameView& frame, std::string_view channel, const Style& style) {
  Line line;
  put_time(line, frame.time, style.fraction_digits);
  out += line.view();
  out += channel;
  line.size = 0;
  line.put(' ');
  put_frame(line, frame);
  if (style.direction) {
    line.put(' ');
    line.put((frame.flags & kFlagTx) != 0 ? 'T' : 'R');
  }
  line.put('\n');
  out += line.view();
}

}  // namespace cantrail::candump
