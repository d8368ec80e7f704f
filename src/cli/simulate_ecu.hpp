// `cantrail simulate obd2-ecu`: a car that answers.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace cantrail::cli {

struct EcuArguments {
  std::string target;      // "socketcan:vcan0"
  std::string addressing;  // "11-bit", "29-bit"
  std::uint64_t seed = 7;
  double speed = 1;
  Duration length = Duration::max();
};

// Until the time is over or the user stops it; the exit code.
[[nodiscard]] int answer_as_ecu(const EcuArguments& arguments);

}  // namespace cantrail::cli
