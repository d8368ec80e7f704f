#include "base/status.hpp"

#include <cerrno>
#include <system_error>

namespace cantrail {

std::string_view to_string(FaultKind kind) {
  switch (kind) {
    case FaultKind::config:
      return "config";
    case FaultKind::unavailable:
      return "unavailable";
    case FaultKind::rejected:
      return "rejected";
    case FaultKind::exhausted:
      return "exhausted";
    case FaultKind::corrupt:
      return "corrupt";
    case FaultKind::bug:
      return "bug";
  }
  return "?";
}

Fault errno_fault(std::string_view message, int error_number) {
  const bool no_room = error_number == ENOSPC || error_number == EDQUOT || error_number == ENOMEM ||
                       error_number == EMFILE || error_number == ENFILE;
  const bool descriptors = error_number == EMFILE;
  return Fault{no_room ? FaultKind::exhausted : FaultKind::unavailable,
               std::string(message) + ": " + std::generic_category().message(error_number) +
                   (descriptors ? " (ulimit -n)" : "")};
}

}  // namespace cantrail
