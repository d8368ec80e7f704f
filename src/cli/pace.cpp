#include "cli/pace.hpp"

#include <charconv>

namespace cantrail::cli {

std::optional<Speed> parse_speed(const std::string& text) {
  if (text == "max") return Speed{std::nullopt};
  const std::size_t length = !text.empty() && text.back() == 'x' ? text.size() - 1 : text.size();
  double factor = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + length, factor);
  if (error != std::errc{} || end != text.data() + length || !(factor > 0) || factor > 1e6)
    return std::nullopt;
  return Speed{factor};
}

Duration Pace::until_due(WallTime frame_time, MonoTime now) {
  if (!speed_.factor) return Duration::zero();
  if (!started_) started_ = Start{frame_time, now};
  const auto recorded_ns = static_cast<double>((frame_time - started_->recorded).count());
  const MonoTime due = started_->now + Duration(static_cast<std::int64_t>(recorded_ns / *speed_.factor));
  return due - now;
}

}  // namespace cantrail::cli
