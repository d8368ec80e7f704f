// google.protobuf.Timestamp and Duration: both are seconds (field 1) and nanoseconds (field 2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sources/protobuf/wire.hpp"

namespace cantrail::protobuf {

struct SecondsAndNanos {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
};

// Reads one occurrence into `out`, which holds what earlier ones said. False: malformed.
[[nodiscard]] bool read_seconds(ByteSpan bytes, SecondsAndNanos& out);

// Nanoseconds since 1970; nullopt outside of what 64 bits hold (1677 to 2262).
[[nodiscard]] std::optional<std::int64_t> nanoseconds(const SecondsAndNanos& time);
[[nodiscard]] double seconds(const SecondsAndNanos& duration);

// As protobuf's JSON has them: "2026-11-28T12:00:00.500Z", "-1.500s". False: outside of what it can say, and
// nothing is appended.
[[nodiscard]] bool append_timestamp(std::string& out, const SecondsAndNanos& time);
[[nodiscard]] bool append_duration(std::string& out, const SecondsAndNanos& duration);

}  // namespace cantrail::protobuf
