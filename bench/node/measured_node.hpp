// The release binary as a user runs it: `cantrail run` on a configuration in a folder of its own, and what
// the kernel says about the process.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <boost/json/value.hpp>
#include <sys/types.h>

#include "frame_feed.hpp"

namespace cantrail::bench {

// The same ports from one start to the next.
struct NodeSetup {
  std::string binary, folder;
  std::string sinks;       // sections of the configuration
  std::string preload;     // a library that counts fdatasync; empty: none
  std::string count_file;  // where it counts
};

struct Cpu {
  double user_s = 0, system_s = 0;
  [[nodiscard]] double all_s() const { return user_s + system_s; }
};

class MeasuredNode {
 public:
  // Makes the folder, writes configuration and DBC. Nothing runs yet.
  explicit MeasuredNode(NodeSetup setup);
  ~MeasuredNode();
  MeasuredNode(const MeasuredNode&) = delete;
  MeasuredNode& operator=(const MeasuredNode&) = delete;

  void start();       // fork and exec, no wait
  void wait_ready();  // until /readyz says so
  void stop();        // SIGTERM; requires exit code 0
  void kill();        // SIGKILL
  void signal(int number) const;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::array<std::uint16_t, kChannels> bus_ports() const { return bus_ports_; }
  [[nodiscard]] const std::string& folder() const { return setup_.folder; }

  // Nobody answers: nullptr value.
  [[nodiscard]] boost::json::value try_status() const;
  [[nodiscard]] boost::json::value status() const;
  [[nodiscard]] std::string get(const std::string& path) const;  // the body; requires 200
  [[nodiscard]] std::uint64_t received() const;                  // records, as the node counts them

  [[nodiscard]] Cpu cpu() const;                                // of all its threads that live
  [[nodiscard]] double memory_mb(const char* key) const;        // a line of /proc/PID/status, like "VmRSS"
  [[nodiscard]] std::uint64_t io_bytes(const char* key) const;  // a line of /proc/PID/io

 private:
  void write_config() const;
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string proc(const char* file) const;

  NodeSetup setup_;
  std::uint16_t port_;
  std::array<std::uint16_t, kChannels> bus_ports_;
  pid_t pid_ = -1;
};

}  // namespace cantrail::bench
