// vcan interfaces for tests inside the virtual machine, and other processes on them.
#pragma once

#include <string>

#include <gtest/gtest.h>
#include <sys/types.h>

namespace cantrail::testing {

// Runs a shell command; the exit status, or 128 + the signal.
int run(const std::string& command);

// Has vcan0 and vcan1 up, with CAN FD, before each test. Outside the virtual machine every test is skipped:
// it would change the machine's network.
class VirtualBusTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;
};

// A child process; killed and reaped on destruction.
class Child {
 public:
  template <class Work>
  explicit Child(Work work) : pid_(start()) {
    if (pid_ == 0) finish(work());
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  void stop();    // SIGSTOP, and waits until it stands
  void resume();  // SIGCONT
  int wait();     // its exit status

 private:
  static pid_t start();
  [[noreturn]] static void finish(int status);
  pid_t pid_;
};

}  // namespace cantrail::testing
