#include "vm/virtual_bus.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

namespace cantrail::testing {

int run(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void VirtualBusTest::SetUp() {
  if (std::getenv("CANTRAIL_VM") == nullptr) {
    GTEST_SKIP() << "runs only in the virtual machine: tests/vm/run_in_uml";
  }
  for (const std::string name : {"vcan0", "vcan1"}) {
    ASSERT_EQ(run("ip link add dev " + name + " type vcan mtu 72 && ip link set " + name + " up"), 0);
  }
}

void VirtualBusTest::TearDown() {
  if (std::getenv("CANTRAIL_VM") == nullptr) return;
  for (const std::string name : {"vcan0", "vcan1"}) run("ip link del dev " + name + " 2>/dev/null");
}

pid_t Child::start() {
  std::fflush(nullptr);
  return ::fork();
}

void Child::finish(int status) {
  ::_exit(status);
}

Child::~Child() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Child::stop() {
  ::kill(pid_, SIGSTOP);
  ::waitpid(pid_, nullptr, WUNTRACED);
}

void Child::resume() {
  ::kill(pid_, SIGCONT);
}

int Child::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace cantrail::testing
