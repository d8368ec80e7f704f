// The running node beside its requirements: the release binary, fed live over cannelloni on loopback.
//   bench_node [--seconds N] [--folder DIR] [--rate FRAMES] [--backlog MIB] [--only
//   cpu|live|start|sync|stopped|peer]
//              [--binary CANTRAIL] [--python PYTHON]
// Other programs on the machine make every figure worse: the load is printed before and after.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "figures.hpp"
#include "machine.hpp"
#include "require.hpp"

namespace cantrail::bench {
namespace {

struct Part {
  std::string_view name;
  Figures (*measure)(const BenchOptions&);
};

constexpr std::array<Part, 6> kParts{{{"cpu", cpu_figures},
                                      {"live", live_figures},
                                      {"start", start_figures},
                                      {"sync", sync_figures},
                                      {"stopped", stopped_figures},
                                      {"peer", peer_figures}}};

BenchOptions parse(int argc, char** argv) {
  BenchOptions options;
  options.binary = CANTRAIL_BINARY;
  options.sync_count = SYNC_COUNT_LIBRARY;
  options.folder = std::filesystem::temp_directory_path().string();
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    require(i + 1 < argc, std::string(name) + " takes a value");
    const std::string value = argv[i + 1];
    if (name == "--seconds") {
      options.seconds = std::strtod(value.c_str(), nullptr);
    } else if (name == "--rate") {
      options.frames_a_second = std::strtod(value.c_str(), nullptr);
    } else if (name == "--backlog") {
      options.backlog_bytes = std::strtoull(value.c_str(), nullptr, 10) << 20;
    } else if (name == "--folder") {
      options.folder = value;
    } else if (name == "--only") {
      options.only = value;
    } else if (name == "--binary") {
      options.binary = value;
    } else if (name == "--python") {
      options.python = value;
    } else {
      require(false, "bench_node knows no " + std::string(name));
    }
  }
  require(options.seconds > 0 && options.frames_a_second > 0, "--seconds and --rate are numbers above 0");
  return options;
}

}  // namespace
}  // namespace cantrail::bench

int main(int argc, char** argv) {
  using namespace cantrail::bench;  // NOLINT(google-build-using-namespace): a program of one file
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const BenchOptions options = parse(argc, argv);
  std::printf("%s\n", machine_line().c_str());
  std::printf(
      "%.0f frames/s on two channels, 8 a packet; 120 messages, 720 signals; each figure over %.0f s\n\n",
      options.frames_a_second, options.seconds);
  std::printf("| what | required | measured |\n|---|---|---|\n");
  for (const Part& part : kParts) {
    if (!options.only.empty() && options.only != part.name) continue;
    for (const Figure& figure : part.measure(options)) {
      std::printf("| %s | %s | %s |\n", figure.what.c_str(), figure.required.c_str(),
                  figure.measured.c_str());
    }
  }
  std::printf("\nload at the end: %s; the chart over 30 days: bench_history\n", load_average().c_str());
  return 0;
}
