#include "decode/transport/conversations.hpp"

#include <algorithm>
#include <tuple>

#include "decode/transport/merge.hpp"
#include "decode/transport/payload_row.hpp"
#include "decode/transport/trouble_codes.hpp"
#include "decode/transport/vehicle_identification.hpp"

namespace cantrail::transport {
namespace {

constexpr std::size_t kSpareBlocks = 8;  // of each stream

isotp::Addressing addressing_of(const dbc::MessagePlan& message) {
  return message.isotp_lead == 2 ? isotp::Addressing::with_address : isotp::Addressing::normal;
}

}  // namespace

Conversations::Conversations(std::shared_ptr<const Plan> plan, std::size_t streams)
    : plan_(std::move(plan)), fields_(streams), spare_(streams) {
  const auto made_here = [this](const std::optional<StreamId>& stream, const RowSchema& row) {
    if (stream) fields_[*stream] = row.fields.size();
  };
  for (const ChannelPlan& channel : plan_->channels) {
    Channel& added = channels_.emplace_back(Channel{j1939::Reassembler(channel.groups), {}});
    for (const IsoTpTarget& one : channel.isotp) {
      added.isotp.emplace_back(addressing_of(*one.target.message));
      made_here(one.target.stream, *one.target.message->row);
    }
    for (const Target& one : channel.targets) {
      // Those that fit a frame come as frames, and their blocks are the decoder's.
      if (one.message->length_bytes > kMaxClassicBytes) made_here(one.stream, *one.message->row);
    }
    made_here(channel.active, describe_j1939_codes({}, {}, 0));
    made_here(channel.previous, describe_j1939_codes({}, {}, 0));
    made_here(channel.codes, describe_uds_codes({}));
    made_here(channel.identification, describe_identification({}));
  }
}

void Conversations::forget() {
  for (Channel& channel : channels_) {
    channel.j1939.forget();
    for (isotp::Reassembler& one : channel.isotp) one.forget();
  }
}

void Conversations::reclaim(std::vector<StreamBlock>& blocks) {
  std::erase_if(blocks, [this](StreamBlock& block) {
    if (block.stream() >= fields_.size() || fields_[block.stream()] == 0) return false;
    auto& spare = spare_[block.stream()];
    if (spare.size() < kSpareBlocks) spare.push_back(std::move(block));
    return true;
  });
}

void Conversations::take_losses(std::vector<std::pair<ChannelId, TransportLosses>>& losses) {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    TransportLosses sum = channels_[i].j1939.take_losses();
    for (isotp::Reassembler& one : channels_[i].isotp) sum.add(one.take_losses());
    if (sum.total() != 0) losses.emplace_back(static_cast<ChannelId>(i), sum);
  }
}

std::uint32_t Conversations::decode(const FrameBlock& frames, std::span<const std::uint32_t> aside,
                                    std::vector<StreamBlock>& blocks, std::vector<std::uint32_t>& parts) {
  rows_.clear();
  bytes_.clear();
  std::uint32_t of_none = 0;
  for (const std::uint32_t frame : aside) {
    const std::size_t before = rows_.size();
    if (!take(frames, frame)) {
      ++of_none;
    } else if (rows_.size() == before) {
      parts.push_back(frame);
    }
  }
  if (!rows_.empty()) make_blocks(frames, blocks);
  return of_none;
}

bool Conversations::take(const FrameBlock& frames, std::uint32_t frame) {
  const FrameView view = frames[frame];
  const ChannelPlan& plan = plan_->channels[view.channel];
  Channel& channel = channels_[view.channel];
  const auto target = std::lower_bound(plan.isotp.begin(), plan.isotp.end(), view.id,
                                       [](const IsoTpTarget& one, std::uint32_t id) { return one.id < id; });
  if (target != plan.isotp.end() && target->id == view.id) {
    isotp::Reassembler& own = channel.isotp[static_cast<std::size_t>(target - plan.isotp.begin())];
    if (const auto message = own.feed(view.time.ns, view.data)) take_answer(plan, *target, frame, *message);
    return true;
  }
  const j1939::Identifier said = j1939::parse(view.id);
  const std::size_t before = rows_.size();
  take_group(plan, frame, said, view.data);
  bool is_known = rows_.size() != before;
  if (said.group == j1939::kConnectionManagement || said.group == j1939::kDataTransfer) {
    const auto fed = channel.j1939.feed(view.time.ns, view.id, view.data);
    if (fed.message) take_group(plan, frame, fed.message->said, fed.message->data);
    is_known = is_known || fed.is_part;
  }
  return is_known;
}

void Conversations::take_group(const ChannelPlan& plan, std::uint32_t frame, const j1939::Identifier& said,
                               std::span<const std::uint8_t> payload) {
  const std::uint32_t index = plan.j1939.find_group(said.group << 8 | said.source | kIdExtended);
  if (index != ChannelPlan::kNone) {
    const Target& target = plan.targets[index];
    Row row;
    row.message = target.message;
    row.said = said;
    add(target.stream, frame, payload, row);
  }
  const auto codes = said.group == kActiveCodes     ? plan.active
                     : said.group == kPreviousCodes ? plan.previous
                                                    : std::nullopt;
  if (!codes) return;
  Row row;
  row.kind = Row::Kind::j1939_code;
  row.said = said;
  add_each(*codes, frame, payload, row, count_j1939_codes(payload));
}

void Conversations::take_answer(const ChannelPlan& plan, const IsoTpTarget& target, std::uint32_t frame,
                                const isotp::Message& message) {
  Row row;
  row.message = target.target.message;
  add(target.target.stream, frame, row.message->isotp_lead == 0 ? message.payload : message.frame, row);
  if (row.message->isotp_lead == 0) return;  // a payload of whatever kind
  Row more;
  if (plan.codes) {
    more.kind = Row::Kind::uds_code;
    add_each(*plan.codes, frame, message.payload, more, count_uds_codes(message.payload));
  }
  if (plan.identification) {
    more.kind = Row::Kind::identification;
    add_each(*plan.identification, frame, message.payload, more, count_identification(message.payload));
  }
}

// Rows of one payload follow each other and share its bytes.
void Conversations::add(StreamId stream, std::uint32_t frame, std::span<const std::uint8_t> payload,
                        Row row) {
  row.stream = stream;
  row.frame = frame;
  row.order = static_cast<std::uint32_t>(rows_.size());
  row.size = static_cast<std::uint32_t>(payload.size());
  if (row.number != 0) {
    row.begin = rows_.back().begin;
  } else {
    row.begin = static_cast<std::uint32_t>(bytes_.size());
    bytes_.insert(bytes_.end(), payload.begin(), payload.end());
  }
  rows_.push_back(row);
}

// A row for each of the codes or texts of one payload.
void Conversations::add_each(StreamId stream, std::uint32_t frame, std::span<const std::uint8_t> payload,
                             Row row, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    row.number = static_cast<std::uint32_t>(i);
    add(stream, frame, payload, row);
  }
}

StreamBlock Conversations::take_block(StreamId stream, std::size_t fields, std::size_t rows) {
  StreamBlock block;
  if (auto& spare = spare_[stream]; !spare.empty()) {
    block = std::move(spare.back());
    spare.pop_back();
  }
  block.reset(stream, fields, rows, true);
  return block;
}

void Conversations::put(const Row& row, const FrameBlock& frames, StreamBlock& block, std::size_t at) const {
  const auto payload = std::span(bytes_).subspan(row.begin, row.size);
  block.time_ns()[at] = frames.time_ns()[row.frame];
  block.frame()[at] = row.frame;
  switch (row.kind) {
    case Row::Kind::message:
      return put_payload(*row.message, payload, row.said, block, at);
    case Row::Kind::j1939_code:
      return put_j1939_code(payload, row.number, row.said, block, at);
    case Row::Kind::uds_code:
      return put_uds_code(payload, row.number, frames.id()[row.frame], block, at);
    case Row::Kind::identification:
      return put_identification(payload, row.number, frames.id()[row.frame], block, at);
  }
}

void Conversations::make_blocks(const FrameBlock& frames, std::vector<StreamBlock>& blocks) {
  std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
    return std::tuple(a.stream, a.order) < std::tuple(b.stream, b.order);
  });
  const std::size_t decoded = blocks.size();
  for (std::size_t begin = 0, end = 0; begin < rows_.size(); begin = end) {
    const Row& first = rows_[begin];
    while (end < rows_.size() && rows_[end].stream == first.stream) ++end;
    const std::size_t fields =
        first.message != nullptr ? first.message->row->fields.size() : fields_[first.stream];
    StreamBlock block = take_block(first.stream, fields, end - begin);
    for (std::size_t i = begin; i < end; ++i) put(rows_[i], frames, block, i - begin);
    const auto same =
        std::lower_bound(blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(decoded), first.stream,
                         [](const StreamBlock& one, StreamId stream) { return one.stream() < stream; });
    if (same != blocks.begin() + static_cast<std::ptrdiff_t>(decoded) && same->stream() == first.stream) {
      *same = merge(*same, block);
    } else {
      blocks.push_back(std::move(block));
    }
  }
  std::sort(blocks.begin(), blocks.end(),
            [](const StreamBlock& a, const StreamBlock& b) { return a.stream() < b.stream(); });
}

}  // namespace cantrail::transport
