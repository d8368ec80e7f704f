// What a frame costs to decode as catalogs grow: 10 to 10,000 signals, five a message, on 1 to 64 channels
// that all have the same DBC. Frames are random over all messages and channels, the hardest order there is:
// caches and branch predictors see no pattern, and the larger the catalog, the fewer frames of a batch share
// a message.
//
//   bench_curve [--frames N] [--runs N] [--signals N] [--channels N]    one point of the table, for profilers
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "decode/dbc/parser.hpp"
#include "machine.hpp"
#include "measure.hpp"
#include "parse_number.hpp"

namespace cantrail::bench {
namespace {

constexpr std::uint64_t kSeed = 20261121;
constexpr std::size_t kSignalsPerMessage = 5;
constexpr std::array<std::size_t, 4> kSignals{10, 100, 1000, 10'000};
constexpr std::array<std::size_t, 4> kChannels{1, 4, 16, 64};
constexpr std::array<std::size_t, 2> kBatches{1000, 4000};

struct Options {
  std::size_t frames = 1'000'000;
  int runs = 5;
  std::size_t signals = 0, channels = 0;  // 0: all
};

// Every other message has an identifier of 29 bits, every third is big-endian, some signals are integers.
std::string make_dbc(std::size_t messages) {
  std::string text = "VERSION \"\"\nBU_: A\n";
  for (std::size_t m = 0; m < messages; ++m) {
    const std::uint32_t id =
        m % 2 == 0 ? static_cast<std::uint32_t>(m) : kIdExtended | static_cast<std::uint32_t>(m * 0x1235);
    text += "BO_ " + std::to_string(id) + " M" + std::to_string(m) + ": 8 A\n";
    text += m % 3 == 0 ? " SG_ a : 7|12@0+ (0.1,-40) [0|0] \"\" A\n SG_ b : 11|4@0+ (1,0) [0|0] \"\" A\n"
                         " SG_ c : 23|16@0- (0.01,0) [0|0] \"\" A\n SG_ d : 39|16@0+ (0.25,0) [0|0] \"\" A\n"
                         " SG_ e : 55|8@0+ (2,1) [0|0] \"\" A\n"
                       : " SG_ a : 0|12@1+ (0.1,-40) [0|0] \"\" A\n SG_ b : 12|4@1+ (1,0) [0|0] \"\" A\n"
                         " SG_ c : 16|16@1- (0.01,0) [0|0] \"\" A\n SG_ d : 32|16@1+ (0.25,0) [0|0] \"\" A\n"
                         " SG_ e : 48|8@1+ (2,1) [0|0] \"\" A\n";
  }
  return text;
}

std::shared_ptr<const dbc::DecodePlan> make_plan(std::size_t signals) {
  auto parsed = dbc::parse(make_dbc(signals / kSignalsPerMessage), "curve.dbc");
  return dbc::DecodePlan::compile(parsed->database, parsed->diagnostics, {.protocols = false});
}

std::vector<dbc::ChannelPlan> make_channels(const std::shared_ptr<const dbc::DecodePlan>& plan,
                                            std::size_t count) {
  std::vector<dbc::ChannelPlan> channels;
  for (std::size_t i = 0; i < count; ++i) {
    channels.push_back({{plan}, {static_cast<StreamId>(i * plan->messages().size())}});
  }
  return channels;
}

std::vector<FrameBlock> make_batches(const dbc::DecodePlan& plan, std::size_t channels, std::size_t frames,
                                     std::size_t frames_per_batch) {
  std::mt19937_64 random(kSeed);
  std::vector<FrameBlock> batches;
  for (std::size_t i = 0; i < frames; ++i) {
    if (i % frames_per_batch == 0) batches.emplace_back().reserve(frames_per_batch, frames_per_batch * 8);
    const dbc::MessagePlan& message = plan.messages()[random() % plan.messages().size()];
    std::array<std::uint8_t, 8> data{};
    const std::uint64_t word = random();
    std::memcpy(data.data(), &word, sizeof word);
    const auto channel = static_cast<ChannelId>(random() % channels);
    batches.back().append({WallTime{static_cast<std::int64_t>(i) * 1000}, message.id, 0, channel, 8, data});
  }
  return batches;
}

// False if the decoder's values are wrong.
bool print_point(std::size_t signals, std::size_t channels, std::size_t batch, const Options& options) {
  const auto plan = make_plan(signals);
  const std::vector<FrameBlock> batches = make_batches(*plan, channels, options.frames, batch);
  const Measurement expected = check_sum(*plan, batches);
  const Measurement decoder = measure_decoder(make_channels(plan, channels), batches, options.runs);
  const double frame_ns = decoder.seconds * 1e9 / static_cast<double>(options.frames);
  std::printf("  %7.1f (%5.2f)", frame_ns, frame_ns / static_cast<double>(kSignalsPerMessage));
  std::fflush(stdout);
  return decoder.words == expected.words && decoder.signals == expected.signals;
}

bool print_table(std::size_t batch, const Options& options) {
  std::printf("batches of %zu: ns a frame (a signal)\n%8s", batch, "signals");
  for (const std::size_t channels : kChannels) {
    if (options.channels == 0 || options.channels == channels) std::printf("  %4zu channel(s)", channels);
  }
  std::printf("\n");
  bool right = true;
  for (const std::size_t signals : kSignals) {
    if (options.signals != 0 && options.signals != signals) continue;
    std::printf("%8zu", signals);
    for (const std::size_t channels : kChannels) {
      if (options.channels != 0 && options.channels != channels) continue;
      const bool good = print_point(signals, channels, batch, options);
      if (!good) std::printf(" WRONG");
      right = right && good;
    }
    std::printf("\n");
  }
  return right;
}

bool parse_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return false;
    const std::string_view name = argv[i], value = argv[i + 1];
    if (name == "--python") continue;  // said to every benchmark
    const bool read = name == "--frames"     ? parse_number(value, options.frames)
                      : name == "--runs"     ? parse_number(value, options.runs)
                      : name == "--signals"  ? parse_number(value, options.signals)
                      : name == "--channels" ? parse_number(value, options.channels)
                                             : false;
    if (!read) return false;
  }
  return true;
}

}  // namespace
}  // namespace cantrail::bench

int main(int argc, char** argv) {
  using namespace cantrail;
  bench::Options options;
  if (!bench::parse_options(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: bench_curve [--frames N] [--runs N] [--signals N] [--channels N]\n"
                 "  signals: 10, 100, 1000 or 10000; channels: 1, 4, 16 or 64\n");
    return 2;
  }
  const auto set = dbc::to_string(dbc::best_instruction_set());
  std::printf("%s\nloops %.*s, %zu frames random over all messages and channels, median of %d\n",
              bench::machine_line().c_str(), static_cast<int>(set.size()), set.data(), options.frames,
              options.runs);
  bool right = true;
  for (const std::size_t batch : bench::kBatches) right = bench::print_table(batch, options) && right;
  return right ? 0 : 1;
}
