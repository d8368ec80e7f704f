// What named signals cost, on one thread, beside decoding: nanoseconds a value, for what users write in
// `[signal]`. The same expressions in Python, live: its own eval() a row, and numexpr over whole columns,
// which knows no absent values.
//
//   bench_derive [--python PYTHON]
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "decode/catalog/catalog_compiler.hpp"
#include "decode/dbc/decoder.hpp"
#include "decode/derive/deriver.hpp"
#include "machine.hpp"
#include "peer.hpp"

namespace {

using namespace cantrail;

constexpr std::size_t kFrames = 400'000, kFramesPerBatch = 4000;
constexpr int kRuns = 5;

// Two thermometers in one message, of whose readings one in 16 is none; the pressure in another, which comes
// as often.
constexpr std::uint32_t kThermometers = 0x101, kBarometer = 0x102;
constexpr const char* kDbc =
    "VERSION \"\"\nBU_: A\n"
    "BO_ 257 PT100: 8 A\n"
    " SG_ dry : 7|16@0- (0.01,0) [0|0] \"degC\" A\n"
    " SG_ wet : 23|16@0- (0.01,0) [0|0] \"degC\" A\n"
    " SG_ raw : 39|16@0+ (1,0) [0|0] \"\" A\n"
    "BO_ 258 BME280: 8 A\n"
    " SG_ pressure : 7|16@0+ (0.1,0) [0|0] \"hPa\" A\n";

struct Case {
  const char* name;
  derive::SignalSpec spec;
  const char* python = "";   // the same, of d and w; "": no peer
  const char* numexpr = "";  // where that writes it otherwise
};

derive::SignalSpec from(const char* field) {
  derive::SignalSpec spec;
  spec.name = "s";
  spec.from = field;
  return spec;
}

derive::SignalSpec computed(const char* expression) {
  derive::SignalSpec spec;
  spec.name = "s";
  spec.expression = expression;
  return spec;
}

std::vector<Case> cases() {
  std::vector<Case> all{
      {"from a field", from("PT100.dry")},
      {"  with factor, round and valid", from("PT100.dry")},
      {"  with a table of 8 points", from("PT100.raw")},
      {"dry - wet", computed("PT100.dry - PT100.wet"), "d - w"},
      {"or(dry, 20)", computed("or(PT100.dry, 20)"), "d if d == d else 20", "where(d == d, d, 20)"},
      {"valid(dry)", computed("valid(PT100.dry)"), "d == d"},
      {"five operators, sqrt, abs", computed("(PT100.dry * 1.8 + 32) / 2 + sqrt(abs(PT100.wet))"),
       "(d * 1.8 + 32) / 2 + sqrt(abs(w))"},
      {"psychro_vpd(dry, wet)", computed("psychro_vpd(PT100.dry, PT100.wet)"),
       "(6.112 * exp(17.67 * d / (d + 243.5)) - (6.112 * exp(17.67 * w / (w + 243.5)) - "
       "0.000662 * 1013.25 * (d - w))) / 10"},
      {"psychro_vpd of two messages", computed("psychro_vpd(PT100.dry, PT100.wet, BME280.pressure)")}};
  derive::SignalSpec& calibrated = all[1].spec;
  calibrated.factor = 1.002;
  calibrated.offset = -0.3;
  calibrated.round = 2;
  calibrated.valid = Band{-40, 80};
  for (int i = 0; i < 8; ++i) all[2].spec.table.push_back({i * 10'000.0, i * i * 1.5});
  return all;
}

struct Decoded {
  std::shared_ptr<RawBatch> raw;
  std::vector<StreamBlock> blocks;
};

// Temperatures of 0 to 40 °C, the wet one below the dry one.
std::vector<FrameBlock> make_frames(bool both_messages) {
  std::mt19937 random(20261121);
  const auto below = [&random](std::uint32_t limit) { return static_cast<std::uint32_t>(random()) % limit; };
  std::vector<FrameBlock> batches;
  for (std::size_t i = 0; i < kFrames; ++i) {
    if (i % kFramesPerBatch == 0) batches.emplace_back();
    const bool pressure = both_messages && i % 2 == 1;
    const std::uint32_t dry = below(4000), wet = dry - below(dry + 1), raw = below(65'536),
                        hpa = 9500 + below(1000);
    std::array<std::uint8_t, 8> data{};
    const auto put = [&data](std::size_t at, std::uint32_t value) {
      data[at] = static_cast<std::uint8_t>(value >> 8U);
      data[at + 1] = static_cast<std::uint8_t>(value);
    };
    put(0, pressure ? hpa : dry);
    put(2, wet);
    put(4, raw);
    // A frame that ends before `dry` does: it is absent.
    const std::uint8_t length = !pressure && below(16) == 0 ? 1 : 8;
    batches.back().append({WallTime{static_cast<std::int64_t>(i) * 1'000'000},
                           pressure ? kBarometer : kThermometers, 0, 0, length,
                           std::span(data).first(length)});
  }
  return batches;
}

CompiledCatalogPtr compile(std::vector<derive::SignalSpec> signals) {
  CatalogSpec spec;
  spec.sources = {{"bus", "socketcan"}};
  spec.dbcs = {{"node.dbc", kDbc}};
  spec.channels = {{"can0", 0, {0}}};
  spec.signals = std::move(signals);
  CatalogCompiler compiler;
  Diagnostics diagnostics;
  auto compiled = compiler.compile(std::move(spec), diagnostics);
  if (!compiled) {
    std::fprintf(stderr, "bench_derive: %s\n", compiled.fault().message.c_str());
    std::exit(1);
  }
  return *compiled;
}

std::vector<Decoded> decode(const CompiledCatalog& catalog, bool both_messages) {
  dbc::Decoder decoder(catalog.channels);
  std::vector<Decoded> all;
  for (FrameBlock& frames : make_frames(both_messages)) {
    Decoded& one = all.emplace_back();
    one.raw = std::make_shared<RawBatch>();
    one.raw->frames = std::move(frames);
    (void)decoder.decode(one.raw->frames, one.blocks);
  }
  return all;
}

double seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Cost {
  double ns = 0;  // a value, absent ones counted
  std::uint64_t values = 0;
};

Cost measure(const std::vector<derive::SignalSpec>& signals, bool both_messages) {
  const CompiledCatalogPtr catalog = compile(signals);
  std::vector<Decoded> all = decode(*catalog, both_messages);
  derive::Deriver deriver(catalog->derivation, catalog->catalog->streams.size());
  std::vector<double> seconds;
  Cost cost;
  for (int run = 0; run <= kRuns; ++run) {  // the first warms up
    deriver.forget();
    cost.values = 0;
    const double begin = seconds_now();
    for (Decoded& one : all) {
      cost.values += deriver.derive(*one.raw, one.blocks);
      deriver.reclaim(one.blocks);
    }
    if (run > 0) seconds.push_back(seconds_now() - begin);
  }
  std::sort(seconds.begin(), seconds.end());
  cost.ns = seconds[seconds.size() / 2] * 1e9 / static_cast<double>(cost.values);
  return cost;
}

// Nanoseconds a value: of eval(), of numexpr; below 0 where it is not there.
std::vector<double> python_cost(const std::string& python, const Case& one) {
  const std::vector<double> nothing{-1, -1};
  if (*one.python == '\0') return nothing;
  return bench::numbers_of_script(python, CANTRAIL_BENCH_DIR "/derive/python_peer.py",
                                  {one.python, *one.numexpr == '\0' ? one.python : one.numexpr}, 2)
      .value_or(nothing);
}

void print_python(double ns) {
  if (ns >= 0) {
    std::printf("  %8.1f", ns);
  } else {
    std::printf("  %8s", "-");
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string python;
  if (argc == 3 && std::string_view(argv[1]) == "--python") {
    python = argv[2];
  } else if (argc != 1) {
    std::fprintf(stderr, "usage: bench_derive [--python PYTHON]\n");
    return 2;
  }
  std::printf("%s\n%zu frames in batches of %zu, median of %d; ns a value\n%-34s %8s  %8s  %8s\n",
              bench::machine_line().c_str(), kFrames, kFramesPerBatch, kRuns, "", "cantrail", "eval()",
              "numexpr");
  const std::vector<Case> all = cases();
  for (const Case& one : all) {
    const bool both = one.spec.expression.find("BME280") != std::string::npos;
    std::printf("%-34s %8.1f", one.name, measure({one.spec}, both).ns);
    for (const double ns : python_cost(python, one)) print_python(ns);
    std::printf("\n");
    std::fflush(stdout);
  }
  std::vector<derive::SignalSpec> together;  // each a stream of its own
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    together.push_back(all[i].spec);
    together.back().name += std::to_string(i);
  }
  const Cost cost = measure(together, false);
  std::printf("%-34s %8.1f, %.0f ns a row of the message\n", "the first eight together", cost.ns,
              cost.ns * static_cast<double>(together.size()));
}
