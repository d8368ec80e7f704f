// What the program's exit code tells, after sysexits.h.
#pragma once

#include "base/status.hpp"

namespace cantrail::cli {

inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kBadData = 65;
inline constexpr int kBadConfig = 78;

[[nodiscard]] inline int exit_code_of(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::config:
      return kBadConfig;
    case FaultKind::rejected:
    case FaultKind::corrupt:
      return kBadData;
    default:
      return kFailed;
  }
}

}  // namespace cantrail::cli
