// Decodes batches of frames into columns. Frames are bucketed by channel and message, then each signal is
// decoded as one column: load, swap, shift, mask, extend, scale, in loops that the compiler vectorises.
//
// Values: exactly raw * factor + offset in double arithmetic (no fused multiply-add); integer columns hold
// the exact integer. A multiplexed signal is absent (validity bit 0) where its selector does not select it,
// or is absent itself. A frame shorter than its message gives the signals that lie wholly inside; the rest is
// absent. An absent cell holds 0. A field has a bitmap only where some row of the block lacks it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "decode/dbc/columns.hpp"
#include "decode/dbc/plan.hpp"
#include "model/catalog.hpp"
#include "model/frame.hpp"
#include "model/stream_block.hpp"

namespace cantrail::dbc {

// What decodes one channel: the first plan that knows an identifier takes the frame. stream_base[i] + k is
// the StreamId of message k of plans[i]. Channels may share streams if they share the plan.
struct ChannelPlan {
  std::vector<std::shared_ptr<const DecodePlan>> plans;
  std::vector<StreamId> stream_base;
  // Frames that decode() leaves to others: decode/transport. They go before messages of the plans.
  struct Aside {
    std::uint32_t id = 0;  // with kIdExtended
    Match match = Match::whole;
  };
  std::vector<Aside> aside = {};
};

// In the order in which they claim identifiers: use(StreamId, const MessagePlan&).
template <class Use>
void each_message(const ChannelPlan& channel, Use use) {
  for (std::size_t p = 0; p < channel.plans.size(); ++p) {
    const std::span<const MessagePlan> messages = channel.plans[p]->messages();
    for (std::size_t k = 0; k < messages.size(); ++k) {
      use(static_cast<StreamId>(channel.stream_base[p] + k), messages[k]);
    }
  }
}

// Holds scratch memory: one per thread. After warm-up decode() does not allocate: blocks are recycled through
// `blocks`; those that this batch has no use for wait inside (spare_blocks.hpp).
class Decoder {
 public:
  explicit Decoder(std::vector<ChannelPlan> channels,  // indexed by ChannelId
                   InstructionSet instruction_set = best_instruction_set());
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // Replaces `blocks` (whose memory is reused) by one block per stream that occurs, ascending by stream, rows
  // in arrival order with frame() set. Returns how many frames no plan decodes (remote and error frames,
  // unknown identifiers and channels), those set aside not counted.
  std::uint32_t decode(const FrameBlock& frames, std::vector<StreamBlock>& blocks);

  // Of the last batch: the frames that were set aside, in arrival order. Valid until the next decode().
  [[nodiscard]] std::span<const std::uint32_t> aside() const;

  [[nodiscard]] InstructionSet instruction_set() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

// The raw integer (sign-extended) or float bits of one field of one frame; nullopt where absent. For tools
// that show a single frame; decode() is the fast way.
[[nodiscard]] std::optional<std::uint64_t> raw_word(const MessagePlan& message, std::size_t field,
                                                    std::span<const std::uint8_t> data);

}  // namespace cantrail::dbc
