#include "cli/stop_signal.hpp"

#include <algorithm>
#include <csignal>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace cantrail::cli {
namespace {

// A signal handler can reach nothing but this.
volatile std::sig_atomic_t signal_came = 0, reload_came = 0;
int wake_fd = -1;

void wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_fd, &one, sizeof one);
}

void on_signal(int) {
  signal_came = 1;
  wake();
}

void on_hangup(int, siginfo_t* info, void*) {
  (info->si_code == SI_KERNEL ? signal_came : reload_came) = 1;
  wake();
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
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  ::close(wake_fd);
  wake_fd = -1;
}

bool StopSignal::came() {
  return signal_came != 0;
}

bool StopSignal::wait_for(Duration duration) {
  if (came()) return true;
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(std::max(duration, Duration::zero()));
  pollfd wait{wake_fd, POLLIN, 0};
  if (::poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(ms.count(), 3'600'000))) == 1 && !came()) {
    std::uint64_t woken = 0;
    [[maybe_unused]] const auto read = ::read(wake_fd, &woken, sizeof woken);
  }
  return came();
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
  const bool came = reload_came != 0;
  reload_came = 0;
  return came;
}

}  // namespace cantrail::cli
