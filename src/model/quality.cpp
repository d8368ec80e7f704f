#include "model/quality.hpp"

namespace cantrail {

std::string_view to_string(Quality quality) {
  switch (quality) {
    case Quality::inactive:
      return "inactive";
    case Quality::not_available:
      return "not_available";
    case Quality::error:
      return "error";
    case Quality::out_of_range:
      return "out_of_range";
    case Quality::stale:
      return "stale";
  }
  return "?";
}

}  // namespace cantrail
