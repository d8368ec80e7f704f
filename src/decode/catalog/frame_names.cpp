#include "decode/catalog/frame_names.hpp"

namespace cantrail {

std::string_view FrameNames::of(ChannelId channel, std::uint32_t id) {
  if (channel >= compiled_->channels.size()) return {};
  auto known = channels_.find(channel);
  if (known == channels_.end()) known = channels_.emplace(channel, table_of(channel)).first;
  const StreamId stream = known->second.find(id);
  return stream == kNone ? std::string_view() : compiled_->catalog->streams[stream].row->name;
}

FrameNames::Table FrameNames::table_of(ChannelId channel) const {
  const dbc::ChannelPlan& plan = compiled_->channels[channel];
  std::size_t count = 2;  // trouble codes
  dbc::each_message(plan, [&count](StreamId, const dbc::MessagePlan&) { ++count; });
  Table table(count);
  dbc::each_message(plan, [&table](StreamId stream, const dbc::MessagePlan& message) {
    table.insert(message.id, message.match, stream);
  });
  if (!compiled_->transport) return table;
  const transport::ChannelPlan& carried = compiled_->transport->channels[channel];
  const auto insert_codes = [&table](std::uint32_t group, const std::optional<StreamId>& stream) {
    if (stream) table.insert(group << 8 | kIdExtended, dbc::Match::group, *stream);
  };
  insert_codes(transport::kActiveCodes, carried.active);
  insert_codes(transport::kPreviousCodes, carried.previous);
  return table;
}

}  // namespace cantrail
