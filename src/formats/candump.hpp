// candump logs, line by line: what `candump -l`/`-L` of can-utils and python-can write,
//   (1700000000.123456) can0 123#DEADBEEF        classic; identifier of 3 digits, more for 29 bits
//   (1700000000.123456) can0 123#R8              remote, with the length asked for
//   (1700000000.123456) can0 123##3112233        CAN FD; the digit is a set: 1 = BRS, 2 = ESI, 4 = FD
//   (1700000000.123456) can0 20000004#00…        error frame: bit 29 of the identifier is set
//   (1700000000.123456) can0 123#11…88_F T       raw DLC behind 8 bytes (9…F); direction R or T
// and what candump prints on a terminal, with any of its options but -c and -S:
//    (1700000000.123456)  can0  RX B -       123  [08]  11 22 33 44 55 66 77 88
// Source of the format: lib.h and candump.c of can-utils.
//
// Pure, thread-safe. For whole files use Reader (candump_reader.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/frame.hpp"

namespace cantrail::candump {

enum class LineKind : std::uint8_t {
  frame,
  blank,      // nothing to read: empty, a comment (# or ;), the explanation that -e puts below an error frame
  drops,      // candump's own "DROPCOUNT: dropped N CAN frames on 'can0' socket …": the log has a hole here
  malformed,  // `reason` says why
};

struct ParsedLine {
  // Absent where candump was run without -t. The times of -td and -tz are relative to the line before or to
  // the start, which the line does not tell. The date of -tA is in the local time of the recording machine:
  // read as UTC.
  std::optional<WallTime> time;
  std::string_view channel;  // into the line
  std::uint32_t id = 0;      // with kIdExtended, kIdRemote, kIdError
  FrameFlags flags = 0;      // origin `recorded`
  std::uint8_t length = 0;
  std::array<std::uint8_t, kMaxFrameBytes> data;  // the first `length` bytes, unless remote
  std::uint64_t dropped = 0;                      // of LineKind::drops
  std::string_view reason;                        // static text

  // Channel 0 and time 0 where they are not known. Valid as long as this object.
  [[nodiscard]] FrameView view() const;
};

// `line` without its line feed; a carriage return at its end is ignored.
[[nodiscard]] LineKind parse_line(std::string_view line, ParsedLine& parsed);

struct Style {
  int fraction_digits = 6;  // 6 (the rest is cut off) or 9
  bool direction = false;   // append " R" or " T"
};

// Appends the `-L` form of the frame and a line feed. With nine digits parse_line gives the same frame back,
// but for the time's origin, and for the direction if it is left out.
void append_frame(std::string& out, const FrameView& frame, std::string_view channel,
                  const Style& style = {});

}  // namespace cantrail::candump
