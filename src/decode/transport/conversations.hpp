// The stage behind dbc::Decoder: puts together what transport protocols carry, on all channels of a catalog,
// and decodes it into blocks of the batch. A row stands at the frame that completed its payload. Pure: what
// comes out depends on the frames and their times, not on where batches are cut.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "decode/isotp/reassembler.hpp"
#include "decode/j1939/reassembler.hpp"
#include "decode/transport/plan.hpp"
#include "model/frame.hpp"
#include "model/stream_block.hpp"
#include "model/transport_loss.hpp"

namespace cantrail::transport {

// Holds what is unfinished from batch to batch, and memory: one per thread. After warm-up nothing is
// allocated, as long as blocks come back by reclaim().
class Conversations {
 public:
  Conversations(std::shared_ptr<const Plan> plan, std::size_t streams);

  // Another run, or a batch that does not follow the one before: what was unfinished is forgotten.
  void forget();

  // Takes the blocks that this made out of those of a batch that nobody needs any more.
  void reclaim(std::vector<StreamBlock>& blocks);

  // `aside`: the frames that the decoder set aside, ascending. Adds its blocks to `blocks`, all ascending by
  // stream then, and to `parts` the frames that are of a known conversation and have no row. Returns how many
  // frames are of none.
  std::uint32_t decode(const FrameBlock& frames, std::span<const std::uint32_t> aside,
                       std::vector<StreamBlock>& blocks, std::vector<std::uint32_t>& parts);

  // Counted since the last call, of the channels that lost something.
  void take_losses(std::vector<std::pair<ChannelId, TransportLosses>>& losses);

 private:
  struct Channel {
    j1939::Reassembler j1939;
    std::vector<isotp::Reassembler> isotp;  // as in the plan
  };
  // A row to be made.
  struct Row {
    enum class Kind : std::uint8_t { message, j1939_code, uds_code, identification };
    StreamId stream = 0;
    std::uint32_t frame = 0;
    std::uint32_t order = 0;
    std::uint32_t begin = 0, size = 0;  // of the payload, in bytes_
    std::uint32_t number = 0;           // of the code or text in the payload
    Kind kind = Kind::message;
    const dbc::MessagePlan* message = nullptr;
    j1939::Identifier said;
  };

  // True: the frame is part of a known conversation or has a row.
  bool take(const FrameBlock& frames, std::uint32_t frame);
  void take_group(const ChannelPlan& plan, std::uint32_t frame, const j1939::Identifier& said,
                  std::span<const std::uint8_t> payload);
  void take_answer(const ChannelPlan& plan, const IsoTpTarget& target, std::uint32_t frame,
                   const isotp::Message& message);
  void add(StreamId stream, std::uint32_t frame, std::span<const std::uint8_t> payload, Row row);
  void add_each(StreamId stream, std::uint32_t frame, std::span<const std::uint8_t> payload, Row row,
                std::size_t count);
  void make_blocks(const FrameBlock& frames, std::vector<StreamBlock>& blocks);
  void put(const Row& row, const FrameBlock& frames, StreamBlock& block, std::size_t at) const;
  StreamBlock take_block(StreamId stream, std::size_t fields, std::size_t rows);

  std::shared_ptr<const Plan> plan_;
  std::vector<Channel> channels_;
  std::vector<std::size_t> fields_;              // by stream; 0: not made here
  std::vector<std::vector<StreamBlock>> spare_;  // by stream
  std::vector<Row> rows_;                        // of the batch at hand
  std::vector<std::uint8_t> bytes_;
};

}  // namespace cantrail::transport
