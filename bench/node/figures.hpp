// The figures of the running node, each measured on a node of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cantrail::bench {

struct BenchOptions {
  std::string binary, sync_count, python, folder, only;
  double seconds = 10;  // of each measurement
  double frames_a_second = 16'000;
  std::uint64_t backlog_bytes = std::uint64_t{2} << 30;
};

// One line of the table. Not every figure has a requirement.
struct Figure {
  std::string what, required, measured;
};

using Figures = std::vector<Figure>;

// Processor time a frame: capture, decoding, journal and live state; then with each store as well.
[[nodiscard]] Figures cpu_figures(const BenchOptions& options);
// With a history and a client: from the sending of a frame to the client; and the memory it took.
[[nodiscard]] Figures live_figures(const BenchOptions& options);
[[nodiscard]] Figures start_figures(const BenchOptions& options);
[[nodiscard]] Figures sync_figures(const BenchOptions& options);
// While the whole process stands still for two seconds.
[[nodiscard]] Figures stopped_figures(const BenchOptions& options);
// python-can → cantools → SQLite, on a log of the same frames.
[[nodiscard]] Figures peer_figures(const BenchOptions& options);

}  // namespace cantrail::bench
