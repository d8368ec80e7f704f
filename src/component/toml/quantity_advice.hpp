// What to write instead of a quantity that cannot be read: "10 s" → "10s", "64mb" → "64MB".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cantrail {

// A text that parse_duration() or parse_bytes() takes and that probably was meant; nullopt: no idea.
[[nodiscard]] std::optional<std::string> advise_duration(std::string_view text);
[[nodiscard]] std::optional<std::string> advise_bytes(std::string_view text);
// The same for parse_rate() and parse_bandwidth(): "1Hz" → "1/s", "50kb/s" → "50KB/s".
[[nodiscard]] std::optional<std::string> advise_rate(std::string_view text);
[[nodiscard]] std::optional<std::string> advise_bandwidth(std::string_view text);

}  // namespace cantrail
