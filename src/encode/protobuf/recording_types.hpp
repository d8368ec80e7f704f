// The messages of a recording that no DBC defines: cantrail.Frame, Gap, Ledger and Cursor, as recording.proto
// defines them.
#pragma once

#include <string>
#include <string_view>

namespace cantrail::encode::protobuf {

inline constexpr std::string_view kFrameType = "cantrail.Frame";
inline constexpr std::string_view kGapType = "cantrail.Gap";
inline constexpr std::string_view kLedgerType = "cantrail.Ledger";
inline constexpr std::string_view kCursorType = "cantrail.Cursor";

[[nodiscard]] std::string_view recording_proto();      // the text of recording.proto
[[nodiscard]] std::string recording_descriptor_set();  // of all four, comments included (descriptors.hpp)

}  // namespace cantrail::encode::protobuf
