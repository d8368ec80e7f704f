#include "cli/stderr_log.hpp"

#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>

#include "base/text.hpp"

namespace cantrail::cli {
namespace {

spdlog::level::level_enum level_of(Severity severity) {
  switch (severity) {
    case Severity::note:
      return spdlog::level::info;
    case Severity::warning:
      return spdlog::level::warn;
    case Severity::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

StderrLog::StderrLog(Severity least, Clock& clock)
    : least_(least),
      clock_(clock),
      logger_(std::make_shared<spdlog::logger>("cantrail",
                                               std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>())) {
  logger_->set_pattern("%^%l%$: %v");
  logger_->set_level(spdlog::level::trace);
}

StderrLog::~StderrLog() = default;

void StderrLog::write(Severity severity, std::string_view who, std::string_view message) {
  if (severity < least_) return;
  std::uint64_t left_out = 0;
  {
    const std::lock_guard lock(mutex_);
    const MonoTime now = clock_.mono();
    if (speakers_.size() >= kMostSpeakers && !speakers_.contains(who)) speakers_.clear();
    Speaker& speaker = speakers_[std::string(who)];
    if (now - speaker.since >= std::chrono::seconds(1)) {
      speaker.since = now;
      speaker.lines = 0;
      left_out = std::exchange(speaker.left_out, 0);
    }
    if (++speaker.lines > kPerSecond) {
      ++speaker.left_out;
      return;
    }
  }
  const std::string more = left_out != 0 ? " (and " + std::to_string(left_out) + " more lines left out)" : "";
  logger_->log(level_of(severity), "{}: {}{}", printable(who, 100), printable(message, 2000), more);
}

}  // namespace cantrail::cli
