#include "cli/demo/node_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cantrail::cli::demo {
namespace {

constexpr Duration kPoll = std::chrono::milliseconds(20);

// Between fork and exec: only calls that are safe there.
[[noreturn]] void become_node(const std::vector<char*>& arguments, pid_t parent) {
  ::setpgid(0, 0);  // Ctrl-C is for the parent, which tells
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() == parent) ::execv("/proc/self/exe", arguments.data());
  ::_exit(127);
}

}  // namespace

Result<NodeProcess> NodeProcess::start(std::vector<std::string> arguments) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return errno_fault("cannot make a pipe", errno);
  ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  arguments.insert(arguments.begin(), "cantrail");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) {
    if (argument == "{fd}") argument = std::to_string(ends[1]);
    pointers.push_back(argument.data());
  }
  pointers.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become_node(pointers, parent);
  const int error = errno;
  ::close(ends[1]);
  if (pid > 0) return NodeProcess(pid, ends[0]);
  ::close(ends[0]);
  return errno_fault("cannot start the node", error);
}

NodeProcess::NodeProcess(NodeProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      reports_(std::exchange(other.reports_, -1)),
      exit_code_(other.exit_code_),
      text_(std::move(other.text_)) {}

NodeProcess& NodeProcess::operator=(NodeProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(reports_, other.reports_);
  std::swap(exit_code_, other.exit_code_);
  std::swap(text_, other.text_);
  return *this;
}

NodeProcess::~NodeProcess() {
  if (pid_ > 0 && !ended()) {
    signal(SIGKILL);
    while (!ended()) std::this_thread::sleep_for(kPoll);
  }
  if (reports_ >= 0) ::close(reports_);
}

std::optional<Report> NodeProcess::hear() {
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = ::read(reports_, buffer.data(), buffer.size());
    if (got <= 0) break;
    text_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  std::optional<Report> newest;
  for (std::size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
    if (const auto report = Report::parse(std::string_view(text_).substr(0, end))) newest = *report;
    text_.erase(0, end + 1);
  }
  return newest;
}

std::optional<int> NodeProcess::ended() {
  reap();
  return exit_code_;
}

void NodeProcess::reap() {
  int status = 0;
  if (exit_code_ || pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void NodeProcess::signal(int number) const {
  if (pid_ > 0 && !exit_code_) ::kill(pid_, number);
}

int NodeProcess::stop(Duration patience) {
  signal(SIGTERM);
  for (Duration waited{0}; !ended() && waited < patience; waited += kPoll) std::this_thread::sleep_for(kPoll);
  if (!ended()) signal(SIGKILL);
  while (!ended()) std::this_thread::sleep_for(kPoll);
  return *exit_code_;
}

}  // namespace cantrail::cli::demo
