#include "cli/log/operator_log.hpp"

#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>

namespace cantrail::cli {
namespace {

spdlog::level::level_enum spdlog_level(Severity severity) {
  switch (severity) {
    case Severity::note:
      return spdlog::level::info;
    case Severity::warning:
      return spdlog::level::warn;
    case Severity::error:
      break;
  }
  return spdlog::level::err;
}

Severity least_of(std::string_view word) {
  if (word == "error") return Severity::error;
  return word == "warning" ? Severity::warning : Severity::note;
}

}  // namespace

OperatorLog::OperatorLog(const LogSection& options, bool journal_reads, Clock& clock, FileSystem& files)
    : least_(least_of(options.level)),
      format_(log_format(options.format).value_or(journal_reads ? LogFormat::journald : LogFormat::text)),
      clock_(clock),
      stderr_(std::make_shared<spdlog::logger>("cantrail",
                                               std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>())) {
  stderr_->set_pattern(format_ == LogFormat::text ? "%^%l%$: %v" : "%v");  // only text has colours
  stderr_->set_level(spdlog::level::trace);
  if (options.file.value.empty()) return;
  LogFile::Voice voice{
      [this](Severity severity, const std::string& text) { write_to_stderr(message(severity, "log", text)); },
      [this](Severity severity, const std::string& text) {
        return line_of_file(message(severity, "log", text));
      }};
  file_ = std::make_unique<LogFile>(files, options.file.value, options.keep.count, clock_, std::move(voice));
}

OperatorLog::~OperatorLog() = default;

void OperatorLog::write(Severity severity, std::string_view who, std::string_view text) {
  if (severity < least_) return;
  const std::lock_guard lock(mutex_);  // both have the same lines in the same order, with times that ascend
  const auto left_out = speakers_.may_speak(who, clock_.mono());
  if (!left_out) return;
  LogMessage line = message(severity, who, text);
  line.left_out = *left_out;
  write_to_stderr(line);
  if (file_ != nullptr) file_->write(line_of_file(line));
}

LogMessage OperatorLog::message(Severity severity, std::string_view who, std::string_view text) const {
  return {clock_.wall(), severity, who, text};
}

void OperatorLog::write_to_stderr(const LogMessage& message) {
  const std::string line = format_ == LogFormat::json       ? json_line(message)
                           : format_ == LogFormat::journald ? journald_line(message)
                                                            : text_line(message);
  stderr_->log(spdlog_level(message.severity), "{}", line);
}

std::string OperatorLog::line_of_file(const LogMessage& message) const {
  return format_ == LogFormat::json ? json_line(message) : dated_line(message);
}

}  // namespace cantrail::cli
