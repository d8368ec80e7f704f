#include "cli/log/log_file.hpp"

#include <utility>

#include "base/text.hpp"

namespace cantrail::cli {

LogFile::LogFile(FileSystem& files, std::string path, std::uint64_t most_bytes, Clock& clock, Voice voice)
    : path_(path),
      file_(files, std::move(path), most_bytes),
      clock_(clock),
      voice_(std::move(voice)),
      thread_([this] { run(); }) {}

LogFile::~LogFile() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void LogFile::write(std::string line) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_bytes_ + line.size() > kMostWaitingBytes) {
      ++without_room_;
      return;
    }
    waiting_bytes_ += line.size();
    waiting_.push_back(std::move(line) + "\n");
  }
  changed_.notify_one();
}

void LogFile::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::deque<std::string> lines = std::exchange(waiting_, {});
    const std::uint64_t without_room = std::exchange(without_room_, 0);
    waiting_bytes_ = 0;
    lock.unlock();
    for (const std::string& line : lines) put(line);
    if (without_room != 0) {
      missing_ += without_room;
      if (reason_.empty()) reason_ = "the disk did not keep up";
    }
    lock.lock();
  }
}

void LogFile::put(const std::string& line) {
  if (failing_ && clock_.mono() < next_try_) {
    ++missing_;
    return;
  }
  if (missing_ != 0 && !put_what_is_missing()) {
    ++missing_;
    return;
  }
  if (const Status written = file_.append(line); !written) {
    ++missing_;
    fail(written.fault());
  }
}

bool LogFile::put_what_is_missing() {
  const std::string lines = counted(missing_, "line");
  const std::string text = "missing here: " + lines + " of the log, " + reason_;
  if (const Status written = file_.append(voice_.line(Severity::warning, text) + "\n"); !written) {
    fail(written.fault());
    return false;
  }
  if (std::exchange(failing_, false)) {
    voice_.tell(Severity::note, path_ + ": writing works again; missing: " + lines);
  }
  missing_ = 0;
  reason_.clear();
  return true;
}

void LogFile::fail(const Fault& fault) {
  reason_ = fault.message;
  next_try_ = clock_.mono() + kUntilNextTry;
  if (std::exchange(failing_, true)) return;
  voice_.tell(Severity::error, fault.message + "; the log goes on without its file");
}

}  // namespace cantrail::cli
