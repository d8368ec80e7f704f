#include "decode/dbc/decoder.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "decode/dbc/bucket_columns.hpp"
#include "decode/dbc/program.hpp"
#include "decode/dbc/routes.hpp"
#include "decode/dbc/signal_word.hpp"
#include "decode/dbc/sorted_frames.hpp"

namespace cantrail::dbc {

class Decoder::State {
 public:
  State(std::vector<ChannelPlan> channels, InstructionSet set)
      : channels_(std::move(channels)),
        set_(set),
        routes_(channels_),
        programs_(compile(routes_)),
        sorted_(routes_.targets().size(), needed_bytes(programs_)),
        columns_(column_loops(set)),
        spare_(routes_.targets().size()) {
    assert(supported(set));
  }

  std::uint32_t decode(const FrameBlock& frames, std::vector<StreamBlock>& blocks) {
    sorted_.sort(frames, routes_);
    buckets_ = sorted_.buckets();
    aside_ = {};
    if (!buckets_.empty() && buckets_.back().bucket == routes_.aside()) {
      aside_ = sorted_.order(buckets_.back());
      buckets_ = buckets_.first(buckets_.size() - 1);
    }
    recycle(blocks);
    const std::span<const BucketRows> buckets = buckets_;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      const BucketRows& rows = buckets[i];
      const MessageProgram& program = programs_[rows.bucket];
      blocks[i].reset(routes_.targets()[rows.bucket].stream, program.fields.size(), rows.rows, true);
      columns_.decode(program, {&frames, sorted_.order(rows), sorted_.words(rows), sorted_.any_short()},
                      blocks[i]);
    }
    return sorted_.unrouted();
  }

  [[nodiscard]] InstructionSet instruction_set() const { return set_; }
  [[nodiscard]] std::span<const std::uint32_t> aside() const { return aside_; }

 private:
  static std::vector<MessageProgram> compile(const Routes& routes) {
    std::vector<MessageProgram> programs;
    const MessagePlan none;
    for (const Routes::Target& target : routes.targets()) {
      programs.emplace_back(target.message != nullptr ? *target.message : none);
    }
    return programs;
  }

  static std::vector<std::uint8_t> needed_bytes(const std::vector<MessageProgram>& programs) {
    std::vector<std::uint8_t> needed;
    needed.reserve(programs.size());
    for (const MessageProgram& program : programs) needed.push_back(program.needed_bytes);
    return needed;
  }

  // Gives every bucket at hand a block, its own stream's of an earlier batch where there is one: that one has
  // grown to the right size.
  void recycle(std::vector<StreamBlock>& blocks) {
    const std::span<const BucketRows> buckets = buckets_;
    const auto fits = [this](const BucketRows& rows, const StreamBlock& block) {
      return routes_.targets()[rows.bucket].stream == block.stream();
    };
    if (std::equal(buckets.begin(), buckets.end(), blocks.begin(), blocks.end(), fits)) return;
    for (StreamBlock& block : blocks) {
      const std::uint32_t bucket = routes_.bucket_of(block.stream());
      if (bucket == Routes::kNoBucket || spare_[bucket].size() >= kSpareBlocks) continue;
      spare_[bucket].push_back(std::move(block));
    }
    blocks.clear();
    for (const BucketRows& rows : buckets) {
      std::vector<StreamBlock>& spare = spare_[rows.bucket];
      if (spare.empty()) {
        blocks.emplace_back();
      } else {
        blocks.push_back(std::move(spare.back()));
        spare.pop_back();
      }
    }
  }

  std::vector<ChannelPlan> channels_;  // keeps alive what routes_ points at
  InstructionSet set_;
  Routes routes_;
  std::vector<MessageProgram> programs_;  // by bucket
  SortedFrames sorted_;
  BucketColumns columns_;
  std::span<const BucketRows> buckets_;  // of the batch at hand
  std::span<const std::uint32_t> aside_;
  std::vector<std::vector<StreamBlock>> spare_;  // by bucket
};

Decoder::Decoder(std::vector<ChannelPlan> channels, InstructionSet instruction_set)
    : state_(std::make_unique<State>(std::move(channels), instruction_set)) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

std::uint32_t Decoder::decode(const FrameBlock& frames, std::vector<StreamBlock>& blocks) {
  return state_->decode(frames, blocks);
}

std::span<const std::uint32_t> Decoder::aside() const {
  return state_->aside();
}

InstructionSet Decoder::instruction_set() const {
  return state_->instruction_set();
}

std::optional<std::uint64_t> raw_word(const MessagePlan& message, std::size_t field,
                                      std::span<const std::uint8_t> data) {
  const SignalPlan& signal = message.signals[field];
  if (data.size() < signal.needed_bytes) return std::nullopt;
  if (signal.selector) {
    const std::size_t selector = *signal.selector;
    if (!raw_word(message, selector, data)) return std::nullopt;
    const std::uint64_t value = signal_bits(message.signals[selector], data);
    const auto selects = [value](const SelectorRange& range) {
      return range.from <= value && value <= range.to;
    };
    if (std::none_of(signal.ranges.begin(), signal.ranges.end(), selects)) return std::nullopt;
  }
  return extend_sign(signal, signal_bits(signal, data));
}

}  // namespace cantrail::dbc
