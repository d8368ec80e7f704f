#include "sources/logfile/pace.hpp"

#include <charconv>
#include <cmath>
#include <string>

#include "base/text.hpp"

namespace cantrail::logfile {
namespace {

constexpr double kSlowest = 1e-3, kFastest = 1e6;

}  // namespace

Result<Pace> parse_pace(std::string_view text) {
  if (text == "recorded") return Pace{1.0};
  if (text == "max") return Pace{};
  std::string_view number = text;
  if (number.ends_with('x')) number.remove_suffix(1);
  double factor = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), factor);
  if (error != std::errc() || end != number.data() + number.size() ||
      !(factor >= kSlowest && factor <= kFastest)) {
    return Fault{FaultKind::config,
                 "pace \"" + printable(text) +
                     "\" is none of \"recorded\", \"max\" and a factor as in \"10x\" (0.001 to 1000000)"};
  }
  return Pace{factor};
}

MonoTime Schedule::due(WallTime time, MonoTime now) {
  if (!anchor_ || time < last_) anchor_ = Anchor{time, now};
  last_ = time;
  const double recorded_ns = static_cast<double>((time - anchor_->time).count());
  return anchor_->due + Duration(std::llround(recorded_ns / factor_));
}

}  // namespace cantrail::logfile
