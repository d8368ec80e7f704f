// Messages for the operator, one line each: on standard error, and in a file where [log] names one.
#pragma once

#include <memory>
#include <mutex>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "cli/log/log_file.hpp"
#include "cli/log/log_line.hpp"
#include "cli/log/speakers.hpp"
#include "component/context.hpp"
#include "pipeline/config/node_config.hpp"

namespace spdlog {
class logger;
}

namespace cantrail::cli {

// Thread-safe.
class OperatorLog final : public Log {
 public:
  // `journal_reads`: standard error is a stream of systemd's journal. Clock and file system outlive it.
  OperatorLog(const LogSection& options, bool journal_reads, Clock& clock, FileSystem& files);
  ~OperatorLog() override;

  // A speaker that talks more than Speakers::kPerSecond times a second is cut short; the next line that gets
  // through says how many were left out. Standard error is written by the caller's thread, the file by its
  // own.
  void write(Severity severity, std::string_view who, std::string_view message) override;

 private:
  [[nodiscard]] LogMessage message(Severity severity, std::string_view who, std::string_view text) const;
  void write_to_stderr(const LogMessage& message);
  [[nodiscard]] std::string line_of_file(const LogMessage& message) const;

  Severity least_;
  LogFormat format_;
  Clock& clock_;
  std::shared_ptr<spdlog::logger> stderr_;
  std::mutex mutex_;
  Speakers speakers_;
  std::unique_ptr<LogFile> file_;  // last: its thread ends first
};

}  // namespace cantrail::cli
