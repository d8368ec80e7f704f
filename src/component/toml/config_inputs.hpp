// What overrides the configuration's file: flags first, then the environment. Passed in, so that tests own
// both.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cantrail {

// The value of an environment variable, nullopt where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

[[nodiscard]] Environment process_environment();
[[nodiscard]] Environment no_environment();

struct ConfigInputs {
  Environment environment = no_environment();
  std::map<std::string, std::string> flags;  // "source.can0.bitrate" → "500000"
};

// "source.can0", "bitrate" → "CANTRAIL_SOURCE_CAN0_BITRATE".
[[nodiscard]] std::string environment_name(std::string_view section, std::string_view key);

}  // namespace cantrail
