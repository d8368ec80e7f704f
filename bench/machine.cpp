#include "machine.hpp"

#include <fstream>
#include <string_view>
#include <thread>

#include <sys/utsname.h>

namespace cantrail::bench {
namespace {

// x86 says "model name"; 64-bit ARM has numbers only.
std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

constexpr std::string_view kCompiler =
#ifdef __clang__
    "clang " __clang_version__;
#else
    "g++ " __VERSION__;
#endif

}  // namespace

std::string load_average() {
  std::ifstream file("/proc/loadavg");
  std::string one, five;
  file >> one >> five;
  return one + " (1 min), " + five + " (5 min)";
}

std::string machine_line() {
  utsname system{};
  ::uname(&system);
  return "compiler " + std::string(kCompiler) + ", CPU " + cpu_name() + ", " +
         std::to_string(std::thread::hardware_concurrency()) + " processors, kernel " + system.sysname + " " +
         system.release + ", load " + load_average();
}

}  // namespace cantrail::bench
