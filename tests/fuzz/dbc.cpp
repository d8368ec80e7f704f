// Any text as a DBC: read, compiled, and frames decoded by it, on every instruction set alike.
#include <algorithm>
#include <array>

#include "decode/dbc/decoder.hpp"
#include "decode/dbc/parser.hpp"
#include "decode/dbc/plan.hpp"
#include "fuzz/input.hpp"

namespace cantrail::fuzz {
namespace {

using dbc::Decoder, dbc::DecodePlan, dbc::InstructionSet;

// Several frames of each message: short and long ones, zeros, ones, and bits that differ from byte to byte.
FrameBlock frames_of(const DecodePlan& plan) {
  constexpr std::size_t kMostMessages = 64;
  constexpr std::array<std::uint8_t, 5> kLengths = {0, 3, 8, 24, 64};
  FrameBlock frames;
  std::array<std::uint8_t, kMaxFrameBytes> data{};
  Random random(1);
  std::int64_t time_ns = 0;
  for (const dbc::MessagePlan& message :
       plan.messages().first(std::min(plan.messages().size(), kMostMessages))) {
    for (const std::uint8_t length : kLengths) {
      for (const unsigned pattern : {0U, 1U, 2U}) {
        for (std::uint8_t& byte : data) {
          byte = static_cast<std::uint8_t>(pattern == 0 ? 0 : pattern == 1 ? 0xFF : random.below(256));
        }
        frames.append({WallTime{++time_ns}, message.id, kFlagFd, 0, length, std::span(data).first(length)});
      }
    }
  }
  return frames;
}

void expect_equal(const StreamBlock& one, const StreamBlock& other) {
  require(one.stream() == other.stream() && one.rows() == other.rows() && one.fields() == other.fields(),
          "every instruction set gives the same blocks");
  for (std::size_t field = 0; field < one.fields(); ++field) {
    for (std::size_t row = 0; row < one.rows(); ++row) {
      require(
          one.valid(field, row) == other.valid(field, row) && one.word(field, row) == other.word(field, row),
          "every instruction set gives the same bits");
    }
  }
}

// Present is what lies inside of the frame and is selected; the tool's way to a cell agrees.
void expect_as_for_one_frame(const DecodePlan& plan, const FrameBlock& frames, const StreamBlock& block) {
  const dbc::MessagePlan& message = plan.messages()[block.stream()];
  for (std::size_t row = 0; row < block.rows(); ++row) {
    const FrameView frame = frames[block.frame()[row]];
    for (std::size_t field = 0; field < message.signals.size(); ++field) {
      if (message.signals[field].reserved) continue;  // present as bits, yet no value
      require(dbc::raw_word(message, field, frame.data).has_value() == block.valid(field, row),
              "a cell is valid where its frame has the signal");
    }
  }
}

}  // namespace
}  // namespace cantrail::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cantrail;
  using namespace cantrail::fuzz;
  const auto parsed = dbc::parse(as_text(data, size), "fuzz.dbc");
  if (!parsed) return 0;
  Diagnostics diagnostics = parsed->diagnostics;
  const auto plan = DecodePlan::compile(parsed->database, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics) {
    require(diagnostic.severity == Severity::warning, "what a DBC gets wrong is a warning");
    require(!to_string(diagnostic).empty(), "a warning says something");
  }
  const FrameBlock frames = frames_of(*plan);
  std::vector<StreamBlock> expected, blocks;
  Decoder baseline({dbc::ChannelPlan{{plan}, {0}}}, InstructionSet::baseline);
  const std::uint32_t undecoded = baseline.decode(frames, expected);
  for (const StreamBlock& block : expected) expect_as_for_one_frame(*plan, frames, block);
  for (const InstructionSet set : {InstructionSet::avx2, InstructionSet::avx512}) {
    if (!dbc::supported(set)) continue;
    Decoder decoder({dbc::ChannelPlan{{plan}, {0}}}, set);
    require(decoder.decode(frames, blocks) == undecoded && blocks.size() == expected.size(),
            "every instruction set decodes the same frames");
    for (std::size_t i = 0; i < blocks.size(); ++i) expect_equal(blocks[i], expected[i]);
  }
  return 0;
}
