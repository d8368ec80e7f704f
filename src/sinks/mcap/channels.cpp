#include "sinks/mcap/channels.hpp"

#include <algorithm>
#include <cassert>

#include "base/text.hpp"
#include "encode/protobuf/descriptors.hpp"
#include "encode/protobuf/recording_types.hpp"

namespace cantrail::mcap_sink {
namespace {

using namespace encode::protobuf;

// Schemas of the four types that no DBC defines, then one a message type.
constexpr std::uint16_t kCursorSchema = 1, kGapSchema = 2, kLedgerSchema = 3, kFrameSchema = 4;
constexpr std::uint16_t kFirstTypeSchema = 16;

std::string id_text(std::uint32_t can_id) {
  constexpr std::uint32_t kStandardDigits = 3, kExtendedDigits = 8;
  std::string digits;
  std::uint32_t number = can_id & kIdExtendedMask;
  for (std::uint32_t left = (can_id & kIdExtended) != 0 ? kExtendedDigits : kStandardDigits; left > 0;
       --left) {
    digits.insert(digits.begin(), "0123456789ABCDEF"[number & 15U]);
    number >>= 4U;
  }
  return "0x" + digits;
}

bool same_stream(const StreamInfo& a, const StreamInfo& b) {
  return a.channel == b.channel && a.source == b.source && (a.row == b.row || *a.row == *b.row);
}

template <class T, class Same>
bool begins_with(const std::vector<T>& longer, const std::vector<T>& shorter, Same same) {
  return longer.size() >= shorter.size() && std::equal(shorter.begin(), shorter.end(), longer.begin(), same);
}

}  // namespace

Result<std::shared_ptr<const Channels>> Channels::of(CatalogPtr catalog) {
  if (catalog->channels.size() > kMostBuses || catalog->streams.size() > kMostStreams) {
    return Fault{FaultKind::config, "an MCAP file has channels for " + format_count(kMostBuses) +
                                        " buses and " + format_count(kMostStreams) +
                                        " streams, and this configuration has more: record a part of it, "
                                        "with decoded = false"};
  }
  return std::shared_ptr<const Channels>(new Channels(std::move(catalog)));
}

mcap::Channel Channels::channel(std::uint16_t id) const {
  mcap::Channel channel;
  channel.id = id;
  channel.message_encoding = kProtobuf;
  if (id == kCursorChannel || id == kGapChannel || id == kLedgerChannel) {
    channel.schema_id = id == kCursorChannel ? kCursorSchema : id == kGapChannel ? kGapSchema : kLedgerSchema;
    channel.topic = id == kCursorChannel ? "cantrail/cursor"
                    : id == kGapChannel  ? "cantrail/gaps"
                                         : "cantrail/ledger";
  } else if (id < kFirstStream) {
    const std::size_t bus = id - kFirstBus;
    assert(bus < catalog_->channels.size());
    channel.schema_id = kFrameSchema;
    channel.topic = "/" + printable(catalog_->channels[bus].alias, kMostNameBytes);
  } else {
    const StreamInfo& stream = catalog_->streams[id - kFirstStream];
    const std::string& owner =
        stream.channel ? catalog_->channels[*stream.channel].alias : catalog_->sources[stream.source].name;
    channel.schema_id = static_cast<std::uint16_t>(kFirstTypeSchema + types_.type_of()[id - kFirstStream]);
    channel.topic =
        "/" + printable(owner, kMostNameBytes) + "/" + printable(stream.row->name, kMostNameBytes);
    if (stream.row->can_id) channel.metadata.emplace_back("can_id", id_text(*stream.row->can_id));
  }
  return channel;
}

mcap::Schema Channels::schema(std::uint16_t id) const {
  mcap::Schema schema;
  schema.id = id;
  schema.encoding = kProtobuf;
  if (id < kFirstTypeSchema) {
    schema.name = id == kCursorSchema   ? kCursorType
                  : id == kGapSchema    ? kGapType
                  : id == kLedgerSchema ? kLedgerType
                                        : kFrameType;
    schema.data = recording_descriptor_set();
  } else {
    const std::size_t type = id - kFirstTypeSchema;
    schema.name = types_.full_name(type);
    schema.data = descriptor_set(types_, type);
  }
  return schema;
}

bool Channels::extend(const Channels& earlier) const {
  const Catalog &now = *catalog_, &before = *earlier.catalog_;
  if (catalog_ == earlier.catalog_ || now.digest == before.digest) return true;
  return begins_with(now.sources, before.sources,
                     [](const SourceInfo& a, const SourceInfo& b) { return a.name == b.name; }) &&
         begins_with(now.channels, before.channels,
                     [](const ChannelInfo& a, const ChannelInfo& b) { return a.alias == b.alias; }) &&
         begins_with(
             now.dbcs, before.dbcs,
             [](const DbcText& a, const DbcText& b) { return a.name == b.name && a.text == b.text; }) &&
         begins_with(now.streams, before.streams, same_stream);
}

}  // namespace cantrail::mcap_sink
