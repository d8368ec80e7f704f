// Messages of recording.proto read back, from files that anyone may have written. Never reads outside of
// `bytes`, allocates no more than they hold. Unknown fields are passed over; of a field given twice the last
// counts, and the pieces of a time are merged, as protobuf has it.
#pragma once

#include <optional>
#include <string_view>

#include "model/frame.hpp"
#include "model/gap.hpp"
#include "model/position.hpp"

namespace cantrail::encode::protobuf {

// Where a record was, as far as the message says: without its journal, which the cursors of the recording
// name.
struct RecordPlace {
  std::uint32_t epoch = 0;
  std::uint64_t seq = 0;
  std::uint32_t index = 0;
  bool operator==(const RecordPlace&) const = default;
};

struct DecodedFrame {
  FrameView frame;           // channel 0; data points into the bytes
  std::string_view channel;  // by name
  std::optional<RecordPlace> place;
};

struct DecodedGap {
  GapRecord gap;
  std::optional<RecordPlace> place;  // of the record that it lies before
};

struct DecodedCursor {
  Position position;
  WallTime time;
};

// nullopt: the bytes are no such message, or say what cannot be: a frame without time or of 100 bytes, a time
// behind the year 2262. A reason of a gap that is not known stays the number that it is.
[[nodiscard]] std::optional<DecodedFrame> decode_frame(std::string_view bytes);
[[nodiscard]] std::optional<DecodedGap> decode_gap(std::string_view bytes);
[[nodiscard]] std::optional<DecodedCursor> decode_cursor(std::string_view bytes);

}  // namespace cantrail::encode::protobuf
