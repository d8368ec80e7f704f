// One message for the operator, as a line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostic.hpp"
#include "base/time.hpp"

namespace cantrail::cli {

struct LogMessage {
  WallTime time;
  Severity severity = Severity::note;
  std::string_view who, text;
  std::uint64_t left_out = 0;  // lines of the same speaker, since the last one that got through
};

enum class LogFormat : std::uint8_t {
  text,
  json,      // one object a line
  journald,  // <PRIORITY> in front, as systemd's journal reads it from standard error (sd-daemon(3))
};

// [log] format; nullopt: "auto".
[[nodiscard]] std::optional<LogFormat> log_format(std::string_view word);

// Of all of them: without a line break, whatever the message has; at most 2,000 bytes of it.
[[nodiscard]] std::string text_line(const LogMessage& message);  // "can0: gone (and 3 more lines left out)"
[[nodiscard]] std::string journald_line(const LogMessage& message);  // "<4>can0: gone"
[[nodiscard]] std::string json_line(const LogMessage& message);  // {"time":…,"level":…,"who":…,"message":…}
// "2026-11-21T07:49:00.123Z warning: can0: gone"
[[nodiscard]] std::string dated_line(const LogMessage& message);

}  // namespace cantrail::cli
