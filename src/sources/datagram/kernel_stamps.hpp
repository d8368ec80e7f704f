// For tests of sources that read datagrams: an emulator of another processor may not pass on what they ask of
// the kernel.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "sources/datagram/descriptor.hpp"
#include "sources/datagram/socket_options.hpp"

namespace cantrail::datagram {

// Register once in a test program: without times and counts from the kernel all its tests are skipped.
class NeedsKernelStamps final : public ::testing::Environment {
 public:
  void SetUp() override {
    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const Status stamped = enable_ancillary(socket.get());
    if (!stamped) GTEST_SKIP() << "this kernel, or the emulator, " << stamped.fault().message;
  }
};

}  // namespace cantrail::datagram
