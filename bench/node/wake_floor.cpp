#include "wake_floor.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "pace.hpp"

namespace cantrail::bench {
namespace {

constexpr std::int64_t kBatchNs =
    2'000'000;  // of a busy source, and from one look of the live lane to the next

// Hands "there is something" from one thread to another, as BatchQueue does.
class Bell {
 public:
  void ring() {
    {
      const std::lock_guard lock(mutex_);
      rung_ = true;
    }
    ready_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, std::chrono::milliseconds(100), [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  bool rung_ = false;
};

std::int64_t thread_cpu_ns() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

}  // namespace

double wake_floor_cpu_s(double seconds) {
  Bell journal, chain;
  std::atomic<bool> stopping{false};
  std::atomic<std::int64_t> used{0};
  std::vector<std::thread> threads;
  const auto start = [&](std::function<void()> once) {
    threads.emplace_back([&, once = std::move(once)] {
      while (!stopping) once();
      used += thread_cpu_ns();
    });
  };
  for (int source = 0; source < 2; ++source) {
    start([&] {
      const std::int64_t now = mono_ns();
      sleep_until_ns(now - now % kBatchNs + kBatchNs);
      journal.ring();
      chain.ring();
    });
  }
  start([&] { journal.wait(); });
  start([&] { chain.wait(); });
  start([&] { sleep_until_ns(mono_ns() + kBatchNs); });
  sleep_until_ns(mono_ns() + static_cast<std::int64_t>(seconds * 1e9));
  stopping = true;
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(used) / 1e9;
}

}  // namespace cantrail::bench
