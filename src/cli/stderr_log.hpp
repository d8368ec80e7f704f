// Messages for the operator on standard error, one line each, at most a few a second from each speaker.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.hpp"
#include "component/context.hpp"

namespace spdlog {
class logger;
}

namespace cantrail::cli {

// Thread-safe.
class StderrLog final : public Log {
 public:
  StderrLog(Severity least, Clock& clock);
  ~StderrLog() override;

  // A speaker that repeats itself or talks more than kPerSecond times a second is cut short; the next line
  // that gets through says how many were left out.
  void write(Severity severity, std::string_view who, std::string_view message) override;

 private:
  static constexpr int kPerSecond = 5;
  static constexpr std::size_t kMostSpeakers = 256;
  struct Speaker {
    MonoTime since;
    int lines = 0;
    std::uint64_t left_out = 0;
  };

  Severity least_;
  Clock& clock_;
  std::shared_ptr<spdlog::logger> logger_;
  std::mutex mutex_;
  std::map<std::string, Speaker, std::less<>> speakers_;
};

}  // namespace cantrail::cli
