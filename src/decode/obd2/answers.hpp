// What answers of OBD-II hold: the DBC that ships with cantrail, and the PIDs of service 01 by the names of
// its signals.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cantrail::obd2 {

// Services of SAE J1979; answers have kPositive set.
enum Service : std::uint8_t {
  kCurrentData = 0x01,
  kFreezeFrame = 0x02,
  kStoredCodes = 0x03,
  kClearCodes = 0x04,
  kPendingCodes = 0x07,
  kVehicleInformation = 0x09,
  kPermanentCodes = 0x0A,
};
inline constexpr std::uint8_t kPositive = 0x40;
inline constexpr std::uint8_t kRefused = 0x7F;   // a negative answer: 7F, the service, why
inline constexpr std::uint8_t kPending = 0x78;   // … the answer comes later
inline constexpr std::uint8_t kBitmapSpan = 32;  // PIDs that one bitmap of supported ones tells of

// Bit `pid` of the bitmap that the answer to PID `first` holds: the highest bit is first + 1.
[[nodiscard]] constexpr bool is_supported(std::uint32_t bitmap, std::uint8_t first, unsigned pid) {
  return pid > first && pid <= first + unsigned{kBitmapSpan} &&
         ((bitmap >> (first + unsigned{kBitmapSpan} - pid)) & 1U) != 0;
}

// examples/obd2/obd2.dbc.
[[nodiscard]] const std::string& built_in_dbc();

struct PidName {
  std::string name;  // of a signal
  std::uint8_t pid = 0;
};

// The signals of service 01, as the DBC has them, without the bitmaps of supported PIDs. Parses the text:
// keep it.
[[nodiscard]] std::vector<PidName> pid_names();

}  // namespace cantrail::obd2
