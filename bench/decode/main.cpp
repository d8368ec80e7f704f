// Decoding frames in memory, one thread. Prints what was run, on what, and how it stands against dbcppp
// (figures recorded on another machine, scaled by the scalar sketch's speed here and there) and against
// cantools (live).
//
//   bench_decode [--data DIR] [--frames N] [--runs N] [--only NAME] [--python PYTHON]
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <unistd.h>

#include "base/text.hpp"
#include "decode/dbc/columns.hpp"
#include "input.hpp"
#include "machine.hpp"
#include "measure.hpp"
#include "parse_number.hpp"
#include "peer.hpp"

namespace cantrail::bench {
namespace {

constexpr std::array<std::size_t, 2> kBatches{1000, 4000};
constexpr std::size_t kPeerFrames = 20000;  // as many as cantools decodes in a tenth of a second or less

// Millions of frames a second where the peers were measured; for two inputs on a DBC of the same kind.
struct Recorded {
  const char* name;
  const char* path;
  double dbcppp;  // best case: flattened by hand
  double sketch;  // 0: not recorded
};

constexpr std::array<Recorded, 4> kInputs{{
    {"toyota", "dbc/opendbc_gen/toyota_nodsu_pt_generated.dbc", 15.0, 76},
    {"nissan", "dbc/opendbc_gen/nissan_x_trail_2017_generated.dbc", 13.9, 60},
    {"vw_mlb", "dbc/commaai+opendbc/vw_mlb.dbc", 8.7, 51},
    {"abs", "dbc/cantools+cantools/abs.dbc", 20.1, 0},
}};

struct Options {
  std::string data;
  std::string only;
  std::string python;
  std::size_t frames = 2'000'000;
  int runs = 5;
};

std::string default_data() {
  const char* const set = std::getenv("CANTRAIL_SHARED_DATA");
  return set != nullptr ? set : CANTRAIL_SOURCE_DIR "/../shared/data";
}

bool parse_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return false;
    const std::string_view name = argv[i], value = argv[i + 1];
    if (name == "--data") {
      options.data = value;
    } else if (name == "--only") {
      options.only = value;
    } else if (name == "--python") {
      options.python = value;
    } else if (name == "--frames") {
      if (!parse_number(value, options.frames)) return false;
    } else if (name != "--runs" || !parse_number(value, options.runs)) {
      return false;
    }
  }
  return true;
}

double mega_frames(const Input& input, const Measurement& measurement) {
  return static_cast<double>(input.records.size()) / measurement.seconds / 1e6;
}

double ns_per_signal(const Measurement& measurement) {
  return measurement.seconds * 1e9 / static_cast<double>(std::max<std::uint64_t>(measurement.signals, 1));
}

// Million frames a second, or nothing if the script could not run.
std::optional<double> cantools_speed(const Input& input, const Options& options) {
  std::string frames_path = "/tmp/bench_decode.XXXXXX";
  const int descriptor = mkstemp(frames_path.data());
  if (descriptor < 0) return std::nullopt;
  close(descriptor);
  std::ofstream frames(frames_path);
  for (std::size_t i = 0; i < std::min(kPeerFrames, input.records.size()); ++i) {
    const Record& record = input.records[i];
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(&record.data);
    frames << (record.id & kIdExtendedMask) << ' ' << to_hex({bytes, record.length}) << '\n';
  }
  frames.close();
  const auto speed = numbers_of_script(options.python, CANTRAIL_BENCH_DIR "/decode/cantools_peer.py",
                                       {input.dbc_path, frames_path}, 1);
  std::remove(frames_path.c_str());
  if (!speed) return std::nullopt;
  return speed->front() / 1e6;
}

void print_row(const char* what, const Input& input, const Measurement& measurement) {
  std::printf("  %-26s %8.1f Mframes/s %7.2f ns/signal", what, mega_frames(input, measurement),
              ns_per_signal(measurement));
}

// False if the decoder's values are wrong.
bool run(const Recorded& recorded, double& machine_factor, const Options& options) {
  const auto input = make_input(recorded.name, options.data + "/" + recorded.path, options.frames);
  if (!input) {
    std::printf("%s: skipped, cannot read %s/%s\n", recorded.name, options.data.c_str(), recorded.path);
    return true;
  }
  const Measurement expected = check_sum(*input->plan, batches_of(*input, kBatches.front()));
  std::printf("%s: %zu messages, %.1f signals a frame\n", recorded.path, input->plan->messages().size(),
              static_cast<double>(expected.signals) / static_cast<double>(input->records.size()));

  const Measurement sketch = measure_sketch(*input, options.runs);
  print_row("scalar sketch", *input, sketch);
  if (recorded.sketch > 0) machine_factor = mega_frames(*input, sketch) / recorded.sketch;
  const double dbcppp = recorded.dbcppp * machine_factor;
  std::printf("   (dbcppp's best case %.1f recorded, %.1f scaled by %.2f)\n", recorded.dbcppp, dbcppp,
              machine_factor);

  std::optional<double> cantools;
  if (!options.python.empty()) cantools = cantools_speed(*input, options);
  if (cantools) {
    std::printf("  %-26s %8.2f Mframes/s\n", "cantools, live", *cantools);
  } else {
    std::printf("  cantools: skipped (%s)\n", why_skipped(options.python));
  }

  bool right = true;
  for (const std::size_t batch : kBatches) {
    const Measurement decoder =
        measure_decoder({dbc::ChannelPlan{{input->plan}, {0}}}, batches_of(*input, batch), options.runs);
    print_row(("cantrail, batches of " + std::to_string(batch)).c_str(), *input, decoder);
    const bool equal = decoder.words == expected.words && decoder.signals == expected.signals;
    right = right && equal;
    std::printf("   %4.1f x dbcppp", mega_frames(*input, decoder) / dbcppp);
    if (cantools) std::printf(", %.0f x cantools", mega_frames(*input, decoder) / *cantools);
    std::printf(", sum %016llx %s\n", static_cast<unsigned long long>(decoder.words), equal ? "ok" : "WRONG");
  }
  return right;
}

int run_all(const Options& options) {
  const auto loops = dbc::to_string(dbc::best_instruction_set());
  std::printf("%s\nloops %.*s, %zu frames, median of %d\n", machine_line().c_str(),
              static_cast<int>(loops.size()), loops.data(), options.frames, options.runs);
  bool right = true;
  double machine_factor = 1;  // sketch here / sketch there, of the last input that has one
  for (const Recorded& recorded : kInputs) {
    if (options.only.empty() || options.only == recorded.name)
      right = run(recorded, machine_factor, options) && right;
  }
  return right ? 0 : 1;
}

}  // namespace
}  // namespace cantrail::bench

int main(int argc, char** argv) {
  cantrail::bench::Options options;
  options.data = cantrail::bench::default_data();
  if (!cantrail::bench::parse_options(argc, argv, options)) {
    std::fprintf(
        stderr, "usage: bench_decode [--data DIR] [--frames N] [--runs N] [--only NAME] [--python PYTHON]\n");
    return 2;
  }
  return cantrail::bench::run_all(options);
}
