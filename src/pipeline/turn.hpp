// One at a time, and who comes in vain may say how long it waits: for std::lock_guard and std::unique_lock.
// Not std::timed_mutex, which waits by a call that ThreadSanitizer does not know (GCC 12:
// pthread_mutex_clocklock).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace cantrail {

class Turn {
 public:
  void lock() {
    std::unique_lock lock(mutex_);
    free_.wait(lock, [this] { return !taken_; });
    taken_ = true;
  }
  template <class Rep, class Period>
  [[nodiscard]] bool try_lock_for(const std::chrono::duration<Rep, Period>& patience) {
    std::unique_lock lock(mutex_);
    if (!free_.wait_for(lock, patience, [this] { return !taken_; })) return false;
    taken_ = true;
    return true;
  }
  void unlock() {
    {
      const std::lock_guard lock(mutex_);
      taken_ = false;
    }
    free_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  bool taken_ = false;
};

}  // namespace cantrail
