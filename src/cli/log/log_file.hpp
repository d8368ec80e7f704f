// The file of a log, written by a thread of its own: a disk that stalls, is full or is gone delays nobody and
// ends nothing.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "cli/log/bounded_file.hpp"

namespace cantrail::cli {

// Thread-safe. File system and clock outlive it.
class LogFile {
 public:
  // How this log tells of itself. Called by the file's thread.
  struct Voice {
    std::function<void(Severity, const std::string& text)> tell;         // elsewhere than in the file
    std::function<std::string(Severity, const std::string& text)> line;  // as a line of the file
  };
  LogFile(FileSystem& files, std::string path, std::uint64_t most_bytes, Clock& clock, Voice voice);
  ~LogFile();  // writes what waits
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  // Never waits for the disk. Lines for which there is no room, or that cannot be written, are counted; when
  // writing works again, the file says how many are missing and why. That it does not work is told once,
  // until it has worked.
  void write(std::string line);

 private:
  static constexpr std::size_t kMostWaitingBytes = 1 << 20;
  static constexpr Duration kUntilNextTry = std::chrono::seconds(10);

  void run();
  void put(const std::string& line);
  [[nodiscard]] bool put_what_is_missing();
  void fail(const Fault& fault);

  // Of the file's thread.
  std::string path_;
  BoundedFile file_;
  Clock& clock_;
  Voice voice_;
  std::uint64_t missing_ = 0;
  std::string reason_;  // of the last failure
  bool failing_ = false;
  MonoTime next_try_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t without_room_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace cantrail::cli
