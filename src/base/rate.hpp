// Rates as texts with units.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cantrail {

// "1/s", "10/min", "0.5/s", "6/h", "1/10s" → per second. The unit is a time: ms s m min h d, or a duration
// such as 10s. Not negative.
[[nodiscard]] std::optional<double> parse_rate(std::string_view text);
// "1/s", "10/min": the shortest unit that gives a whole number, else per second.
[[nodiscard]] std::string format_rate(double per_second);

// "50KB/s", "1.5MiB/s" → bytes per second; the unit of parse_bytes() is required, and so is "/s".
[[nodiscard]] std::optional<double> parse_bandwidth(std::string_view text);

}  // namespace cantrail
