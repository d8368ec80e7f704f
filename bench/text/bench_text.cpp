// How fast candump text becomes frames, on one thread, from memory: millions of frames a second. Each form is
// measured for itself; the best of five runs counts. Beside the first: python-can and can-utils' log2long,
// which read a piece of the same log from a file.
//
//   bench_text [--python PYTHON] [--folder DIR]
//   bench_text --log FILE                          a log of one's own, without peers
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "formats/candump_reader.hpp"
#include "formats/text_input.hpp"
#include "machine.hpp"
#include "peer.hpp"

namespace {

using namespace cantrail;

constexpr std::size_t kLines = 2'000'000;
constexpr std::size_t kPeerLines = 200'000;  // half a second of python-can
constexpr int kRuns = 5;

struct Form {
  const char* name;
  bool all_eight_bytes = true;
  int digits = 6;
  bool fd = false;
};

std::string make_log(const Form& form) {
  std::mt19937 random(1);
  std::string text;
  std::int64_t time_ns = 1'700'000'000'123'456'000;
  std::vector<std::uint8_t> data(64);
  for (std::size_t i = 0; i < kLines; ++i) {
    const bool extended = random() % 3 == 0;
    const std::uint32_t id =
        extended ? (random() & kIdExtendedMask) | kIdExtended : random() & kIdStandardMask;
    const std::uint8_t length = form.fd                ? fd_length_from_dlc(random() & 15)
                                : form.all_eight_bytes ? std::uint8_t{8}
                                                       : static_cast<std::uint8_t>(random() % 9);
    for (std::uint8_t& byte : data) byte = static_cast<std::uint8_t>(random());
    time_ns += static_cast<std::int64_t>(random() % 400'000);
    const FrameFlags flags = form.fd ? kFlagFd : FrameFlags{0};
    candump::append_frame(text, {WallTime{time_ns}, id, flags, 0, length, std::span(data).first(length)},
                          random() % 4 == 0 ? "can1" : "can0", {.fraction_digits = form.digits});
  }
  return text;
}

std::optional<ChannelId> channel_of(std::string_view name) {
  return static_cast<ChannelId>(name.back() - '0');
}

// Millions of frames a second.
double measure(const char* name, const std::string& text) {
  double best = 1e9;
  candump::ReadStats stats;
  FrameBlock block;
  block.reserve(4096, 4096 * 64);
  for (int run = 0; run < kRuns; ++run) {
    candump::Reader reader(channel_of);
    std::string_view rest = text;
    const auto begin = std::chrono::steady_clock::now();
    while (!rest.empty()) {
      block.clear();
      const std::size_t used = reader.parse(rest, true, 4096, block);
      rest.remove_prefix(used);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count());
    stats = reader.stats();
  }
  std::printf("%-34s %8.1f M frames/s  %6.2f GB/s  (%llu frames, %llu malformed)\n", name,
              static_cast<double>(stats.frames) / best / 1e6, static_cast<double>(text.size()) / best / 1e9,
              static_cast<unsigned long long>(stats.frames),
              static_cast<unsigned long long>(stats.malformed));
  return static_cast<double>(stats.frames) / best / 1e6;
}

std::string read_log(const std::string& path) {
  std::string text;
  auto input = TextInput::open(path);
  std::vector<char> piece(1 << 20);
  while (input) {
    const auto got = (*input)->read(piece);
    if (!got || *got == 0) break;
    text.append(piece.data(), *got);
  }
  return text;
}

std::string_view first_lines(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  while (count-- != 0 && end < text.size()) end = text.find('\n', end) + 1;
  return text.substr(0, end);
}

void print_peer(const char* name, double millions, double ours) {
  std::printf("%-34s %8.2f M frames/s  cantrail is %.0f x\n", name, millions, ours / millions);
}

// Whole process: it starts in a millisecond. It formats what it reads, too, into nothing.
std::optional<double> log2long_speed(const std::string& path) {
  double best = 1e9;
  for (int run = 0; run < kRuns; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    if (!bench::output_of("log2long < " + bench::shell_word(path) + " > /dev/null")) return std::nullopt;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count());
  }
  return static_cast<double>(kPeerLines) / best / 1e6;
}

// False: the log could not be written for them.
bool run_peers(std::string_view log, const std::string& folder, const std::string& python, double ours) {
  const std::string path = folder + "/cantrail-bench-text.log";
  if (!write_file_atomically(real_file_system(), path, first_lines(log, kPeerLines)).ok()) return false;
  const auto python_can =
      bench::numbers_of_script(python, CANTRAIL_BENCH_DIR "/text/python_can_peer.py", {path}, 1);
  if (python_can) {
    print_peer("  python-can's reader, live", python_can->front() / 1e6, ours);
  } else {
    std::printf("  python-can: skipped (%s)\n", bench::why_skipped(python));
  }
  if (!bench::is_installed("log2long")) {
    std::printf("  log2long: skipped (can-utils are not installed)\n");
  } else if (const auto speed = log2long_speed(path)) {
    print_peer("  can-utils' log2long, live", *speed, ours);
  } else {
    std::printf("  log2long: skipped (it fails)\n");
  }
  std::filesystem::remove(path);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::string python, own_log, folder = std::filesystem::temp_directory_path().string();
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    std::string* const value = name == "--python"   ? &python
                               : name == "--folder" ? &folder
                               : name == "--log"    ? &own_log
                                                    : nullptr;
    if (value == nullptr || i + 1 == argc) {
      std::fprintf(stderr, "usage: bench_text [--python PYTHON] [--folder DIR] | --log FILE\n");
      return 2;
    }
    *value = argv[i + 1];
  }
  std::printf("%s\n", bench::machine_line().c_str());
  if (!own_log.empty()) {
    measure(own_log.c_str(), read_log(own_log));
    return 0;
  }
  const std::string log = make_log({.name = ""});
  const double ours = measure("classic, 8 bytes, microseconds", log);
  if (!run_peers(log, folder, python, ours)) {
    std::fprintf(stderr, "bench_text: cannot write to %s\n", folder.c_str());
    return 1;
  }
  for (const Form& form :
       {Form{"classic, 0 to 8 bytes", false, 6, false}, Form{"classic, 8 bytes, nanoseconds", true, 9, false},
        Form{"CAN FD, 0 to 64 bytes", false, 6, true}}) {
    measure(form.name, make_log(form));
  }
  return 0;
}
