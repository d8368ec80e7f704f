#include "cli/stop_signal.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <ctime>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace cantrail::cli {
namespace {

constexpr std::int64_t kOneInterruptNs = 200'000'000;

// A signal handler can reach nothing but this.
std::atomic<std::int64_t> first_came_ns{0};  // by the monotonic clock; 0: none
std::atomic<bool> another_came{false}, reload_came{false};
static_assert(std::atomic<std::int64_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);
int wake_fd = -1;

void wake_waiter() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_fd, &one, sizeof one);
}

void on_signal(int) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t now_ns = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  std::int64_t first = 0;
  const bool is_first = first_came_ns.compare_exchange_strong(first, now_ns);
  if (!is_first && now_ns - first >= kOneInterruptNs) another_came = true;
  wake_waiter();
}

void on_hangup(int number, siginfo_t* info, void*) {
  if (info->si_code == SI_KERNEL) return on_signal(number);
  reload_came = true;
  wake_waiter();
}

// Whether somebody woke it.
bool sleep_for(Duration duration) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(std::max(duration, Duration::zero()));
  pollfd wait{wake_fd, POLLIN, 0};
  return ::poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(ms.count(), 3'600'000))) == 1;
}

void forget_wakes() {
  std::uint64_t woken = 0;
  [[maybe_unused]] const auto read = ::read(wake_fd, &woken, sizeof woken);
}

}  // namespace

StopSignal::StopSignal() {
  wake_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

StopSignal::~StopSignal() {
  let_go();
  ::close(wake_fd);
  wake_fd = -1;
}

bool StopSignal::came() {
  return first_came_ns != 0;
}

bool StopSignal::wait_for(Duration duration) {
  if (came()) return true;
  if (sleep_for(duration) && !came()) forget_wakes();
  return came();
}

bool StopSignal::came_again() {
  return another_came;
}

bool StopSignal::wait_for_another(Duration duration) {
  if (!came_again() && sleep_for(duration)) forget_wakes();
  return came_again();
}

void StopSignal::wake() {
  wake_waiter();
}

void StopSignal::let_go() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

ReloadSignal::ReloadSignal() {
  struct sigaction action {};
  action.sa_sigaction = on_hangup;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGHUP, &action, nullptr);
}

ReloadSignal::~ReloadSignal() {
  std::signal(SIGHUP, SIG_DFL);
}

bool ReloadSignal::take() {
  return reload_came.exchange(false);
}

}  // namespace cantrail::cli
