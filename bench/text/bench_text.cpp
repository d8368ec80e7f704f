// How fast candump text becomes frames, on one thread, from memory: millions of frames a second. Each form is
// measured for itself; the best of five runs counts. `bench_text FILE` measures a log instead. With
// `--write FILE` the main log is written out, for python_can_peer.py.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "formats/candump_reader.hpp"
#include "formats/text_input.hpp"

namespace {

using namespace cantrail;

constexpr std::size_t kLines = 2'000'000;

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

void measure(const char* name, const std::string& text) {
  double best = 1e9;
  candump::ReadStats stats;
  FrameBlock block;
  block.reserve(4096, 4096 * 64);
  for (int run = 0; run < 5; ++run) {
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

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2) {
    measure(argv[1], read_log(argv[1]));
    return 0;
  }
  const std::string log = make_log({.name = ""});
  if (argc == 3 && std::string_view(argv[1]) == "--write") {
    return write_file_atomically(real_file_system(), argv[2], log).ok() ? 0 : 1;
  }
  measure("classic, 8 bytes, microseconds", log);
  for (const Form& form :
       {Form{"classic, 0 to 8 bytes", false, 6, false}, Form{"classic, 8 bytes, nanoseconds", true, 9, false},
        Form{"CAN FD, 0 to 64 bytes", false, 6, true}}) {
    measure(form.name, make_log(form));
  }
  return 0;
}
