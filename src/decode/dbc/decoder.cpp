#include "decode/dbc/decoder.hpp"

#include <algorithm>
#include <cassert>
#include <unordered_map>
#include <utility>

#include "decode/dbc/bucket_columns.hpp"
#include "decode/dbc/program.hpp"
#include "decode/dbc/routes.hpp"
#include "decode/dbc/signal_word.hpp"
#include "decode/dbc/sorted_frames.hpp"
#include "decode/dbc/spare_blocks.hpp"

namespace cantrail::dbc {

namespace {
constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kStepsAhead = 8;     // the processor sees the rest coming
constexpr std::size_t kManyPrograms = 64;  // do not stay in the first cache
}  // namespace

class Decoder::State {
 public:
  State(std::vector<ChannelPlan> channels, InstructionSet set)
      : channels_(std::move(channels)),
        set_(set),
        routes_(channels_),
        programs_(compile(routes_, targets_)),
        sorted_(targets_.size(), needed_bytes(programs_, targets_)),
        columns_(column_loops(set)),
        ahead_(targets_.size() > kManyPrograms),
        spare_(targets_.size()) {
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
      if (ahead_) look_ahead(i);
      const BucketRows& rows = buckets[i];
      const Target& target = targets_[rows.bucket];
      blocks[i].reset(target.stream, target.fields, rows.rows, true);
      columns_.decode(programs_[target.program],
                      {&frames, sorted_.order(rows), sorted_.words(rows), sorted_.any_short()}, blocks[i]);
    }
    return sorted_.unrouted();
  }

  [[nodiscard]] InstructionSet instruction_set() const { return set_; }
  [[nodiscard]] std::span<const std::uint32_t> aside() const { return aside_; }

 private:
  // What is wanted of a bucket before its program is looked at.
  struct Target {
    StreamId stream = 0;
    std::uint32_t program = 0;  // channels that share a DBC share its programs
    std::uint32_t fields = 0;
    bool absences = false;  // fields may be absent in frames of full length
  };

  static std::vector<MessageProgram> compile(const Routes& routes, std::vector<Target>& targets) {
    std::vector<MessageProgram> programs;
    std::unordered_map<const MessagePlan*, std::uint32_t> known;
    const MessagePlan none;
    for (const Routes::Target& target : routes.targets()) {
      const auto [at, is_new] = known.emplace(target.message, static_cast<std::uint32_t>(programs.size()));
      if (is_new) programs.emplace_back(target.message != nullptr ? *target.message : none);
      const MessageProgram& program = programs[at->second];
      const bool reserved = std::any_of(program.groups.begin(), program.groups.end(),
                                        [](const LoadGroup& group) { return !group.reserved.empty(); });
      targets.push_back({target.stream, at->second, static_cast<std::uint32_t>(program.fields.size()),
                         reserved || !program.conditions.empty()});
    }
    return programs;
  }

  static std::vector<std::uint8_t> needed_bytes(const std::vector<MessageProgram>& programs,
                                                const std::vector<Target>& targets) {
    std::vector<std::uint8_t> needed;
    needed.reserve(targets.size());
    for (const Target& target : targets) needed.push_back(programs[target.program].needed_bytes);
    return needed;
  }

  // Of a large catalog, programs and their targets are seldom in the cache, and each says where the next
  // thing lies: each bucket is fetched step by step while those before it are decoded.
  void look_ahead(std::size_t i) const {
    const auto target = [&](std::size_t by) -> const Target* {
      return i + by < buckets_.size() ? &targets_[buckets_[i + by].bucket] : nullptr;
    };
    if (const Target* const at = target(8)) __builtin_prefetch(at);
    if (const Target* const at = target(6)) {
      fetch(&programs_[at->program], sizeof(MessageProgram));
    }
    if (const Target* const at = target(4)) {
      const MessageProgram& program = programs_[at->program];
      if (!program.groups.empty()) fetch(program.groups.data(), sizeof(LoadGroup));
    }
    if (const Target* const at = target(2)) {
      const MessageProgram& program = programs_[at->program];
      if (program.groups.empty()) return;
      const std::vector<ColumnStep>& steps = program.groups.front().steps;
      fetch(steps.data(), std::min(steps.size(), kStepsAhead) * sizeof(ColumnStep));
    }
  }

  static void fetch(const void* from, std::size_t bytes) {
    const auto* const begin = static_cast<const std::byte*>(from);
    for (std::size_t at = 0; at < bytes; at += kCacheLine) __builtin_prefetch(begin + at);
  }

  [[nodiscard]] BlockNeed need(const BucketRows& rows) const {
    const Target& target = targets_[rows.bucket];
    return {StreamBlock::words_for(target.fields, rows.rows, true), target.absences || sorted_.any_short()};
  }

  // Gives every bucket at hand a block: what lies in its place if that will do, else one of an earlier batch.
  void recycle(std::vector<StreamBlock>& blocks) {
    const std::span<const BucketRows> buckets = buckets_;
    wanting_.clear();
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (i < buckets.size()) {
        if (SpareBlocks::serves(blocks[i], targets_[buckets[i].bucket].stream, need(buckets[i]))) continue;
        wanting_.push_back(static_cast<std::uint32_t>(i));
      }
      put_away(std::move(blocks[i]));
    }
    for (std::size_t i = blocks.size(); i < buckets.size(); ++i) {
      wanting_.push_back(static_cast<std::uint32_t>(i));
    }
    blocks.resize(buckets.size());
    for (const std::uint32_t i : wanting_) blocks[i] = spare_.take(buckets[i].bucket, need(buckets[i]));
  }

  void put_away(StreamBlock&& block) {
    if (!SpareBlocks::is_large(block)) return spare_.put_small(std::move(block));
    const std::uint32_t bucket = routes_.bucket_of(block.stream());
    if (bucket != Routes::kNoBucket) spare_.put_large(bucket, std::move(block));
  }

  std::vector<ChannelPlan> channels_;  // keeps alive what routes_ points at
  InstructionSet set_;
  Routes routes_;
  std::vector<Target> targets_;  // by bucket
  std::vector<MessageProgram> programs_;
  SortedFrames sorted_;
  BucketColumns columns_;
  std::span<const BucketRows> buckets_;  // of the batch at hand
  std::span<const std::uint32_t> aside_;
  bool ahead_;  // look_ahead() is worth it
  SpareBlocks spare_;
  std::vector<std::uint32_t> wanting_;  // places in the batch at hand that need a block
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
