// `cantrail decode LOG --dbc DBC`, the whole process with its start, to a file: frames a second, as CSV and
// as JSON lines. The log is the simulated car's, the DBC examples/leaf/leaf.dbc. Beside it `python -m
// cantools decode` on the first frames of the same log, to a file too.
//
//   bench_decode_log [--frames N] [--runs N] [--folder DIR] [--binary CANTRAIL] [--python PYTHON]
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <sys/resource.h>

#include "base/text.hpp"
#include "machine.hpp"
#include "parse_number.hpp"
#include "peer.hpp"
#include "scratch_folder.hpp"
#include "verdict.hpp"

namespace cantrail::bench {
namespace {

constexpr const char* kDbc = CANTRAIL_SOURCE_DIR "/examples/leaf/leaf.dbc";
constexpr std::size_t kPeerFrames = 200'000;  // seconds of cantools: its start does not count much

struct Form {
  const char* format;
  double must;  // millions of frames a second
};
constexpr std::array<Form, 2> kForms{{{"csv", 2.0}, {"jsonl", 1.5}}};

struct Options {
  std::size_t frames = 2'000'000;
  int runs = 5;
  std::string binary = CANTRAIL_BINARY;
  std::string folder = std::filesystem::temp_directory_path().string();
  std::string python;
};

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "bench_decode_log: %s\n", what.c_str());
  std::exit(1);
}

double cpu_of_children_s() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Took {
  double seconds = 1e9, cpu = 1e9;  // each of the best run
  std::uintmax_t bytes = 0;         // that were written
};

// Runs it and adds it to `best`. Its complaints, in which it also says what it did; nullopt: it failed.
std::optional<std::string> time_run(const std::string& command_line, const std::string& out, Took& best) {
  std::filesystem::remove(out);  // or the time would count in which the last one's pages are let go
  const double cpu = cpu_of_children_s();
  const auto begin = std::chrono::steady_clock::now();
  auto said = output_of(command_line + " 2>&1 > " + shell_word(out));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (!said) return said;
  best.seconds = std::min(best.seconds, took.count());
  best.cpu = std::min(best.cpu, cpu_of_children_s() - cpu);
  best.bytes = std::filesystem::file_size(out);
  return said;
}

double millions(std::size_t frames, double seconds) {
  return static_cast<double>(frames) / seconds / 1e6;
}

void make_log(const Options& options, const std::string& log) {
  if (!output_of(shell_word(options.binary) + " simulate leaf --to candump:- --speed max --frames " +
                 std::to_string(options.frames) + " 2>&1 > " + shell_word(log)))
    fail(options.binary + " simulate leaf fails");
}

std::size_t copy_first_lines(const std::string& from, const std::string& to, std::size_t most) {
  std::ifstream in(from);
  std::ofstream out(to);
  std::size_t lines = 0;
  for (std::string line; lines < most && std::getline(in, line); ++lines) out << line << '\n';
  return lines;
}

// Millions of frames a second.
std::optional<double> cantools_speed(const Options& options, const std::string& folder,
                                     const std::string& log) {
  if (options.python.empty()) return std::nullopt;
  const std::string part = folder + "/part.log", out = folder + "/cantools.txt";
  const std::size_t frames = copy_first_lines(log, part, std::min(kPeerFrames, options.frames));
  Took took;
  if (!time_run(
          shell_word(options.python) + " -m cantools decode " + shell_word(kDbc) + " < " + shell_word(part),
          out, took))
    return std::nullopt;
  if (output_of("grep -q Unknown " + shell_word(out))) fail("cantools knows not all of the frames");
  return millions(frames, took.seconds);
}

void measure(const Options& options, const std::string& folder, const std::string& log, const Form& form,
             std::optional<double> cantools) {
  const std::string command_line = shell_word(options.binary) + " decode " + shell_word(log) + " --dbc " +
                                   shell_word(kDbc) + " --format " + form.format;
  const std::string all = counted(options.frames, "frame") + ", " + format_count(options.frames) + " decoded";
  Took took;
  for (int run = 0; run < options.runs; ++run) {
    const auto said = time_run(command_line, folder + "/rows", took);
    if (!said || !said->starts_with(all)) fail("not all was decoded: " + said.value_or(command_line));
  }
  std::filesystem::remove(folder + "/rows");
  const double clock = millions(options.frames, took.seconds), cpu = millions(options.frames, took.cpu);
  std::printf("%-6s %5.2f M frames/s by the clock, %5.2f by processor time, %4.0f MB", form.format, clock,
              cpu, static_cast<double>(took.bytes) / 1e6);
  if (cantools) std::printf("; %.0f x cantools", clock / *cantools);
  std::printf("; must %.1f: %s\n", form.must, verdict(clock, cpu, form.must));
}

void run(const Options& options) {
  const ScratchFolder scratch(options.folder, "decode-log");
  const std::string& folder = scratch.path();
  std::filesystem::create_directories(folder);
  const std::string log = folder + "/drive.log";
  make_log(options, log);
  std::printf("%s\ncantrail decode, whole process, %zu frames of the simulated car (%.0f MB), best of %d\n",
              machine_line().c_str(), options.frames,
              static_cast<double>(std::filesystem::file_size(log)) / 1e6, options.runs);
  const auto cantools = cantools_speed(options, folder, log);
  if (cantools) {
    std::printf("python -m cantools decode, %.3f M frames/s, live, of the first %zu frames\n", *cantools,
                std::min(kPeerFrames, options.frames));
  } else {
    std::printf("cantools decode: skipped (%s)\n", why_skipped(options.python));
  }
  for (const Form& form : kForms) measure(options, folder, log, form, cantools);
}

bool parse_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return false;
    const std::string_view name = argv[i], value = argv[i + 1];
    if (name == "--frames") {
      if (!parse_number(value, options.frames)) return false;
    } else if (name == "--runs") {
      if (!parse_number(value, options.runs)) return false;
    } else if (name == "--folder") {
      options.folder = value;
    } else if (name == "--binary") {
      options.binary = value;
    } else if (name == "--python") {
      options.python = value;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace
}  // namespace cantrail::bench

int main(int argc, char** argv) {
  cantrail::bench::Options options;
  if (!cantrail::bench::parse_options(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: bench_decode_log [--frames N] [--runs N] [--folder DIR] [--binary CANTRAIL] "
                 "[--python PYTHON]\n");
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  cantrail::bench::run(options);
  return 0;
}
