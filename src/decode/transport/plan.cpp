#include "decode/transport/plan.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "decode/isotp/reassembler.hpp"
#include "decode/j1939/reassembler.hpp"
#include "decode/transport/trouble_codes.hpp"
#include "decode/transport/vehicle_identification.hpp"

namespace cantrail::transport {
namespace {

// `suffix`: what a name gets that a message of the DBC has already.
StreamId add_stream(Catalog& catalog, ChannelId channel, RowSchema row, const char* suffix = "_codes") {
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(catalog.streams.begin(), catalog.streams.end(), [&](const StreamInfo& stream) {
      return stream.channel == channel && !stream.replaced && stream.row->name == name;
    });
  };
  while (is_taken(row.name)) row.name += suffix;
  catalog.streams.push_back(
      {std::make_shared<const RowSchema>(std::move(row)), channel, catalog.channels[channel].source});
  return static_cast<StreamId>(catalog.streams.size() - 1);
}

void add_j1939(ChannelPlan& plan, dbc::ChannelPlan& channel) {
  std::size_t count = 0;
  for (const auto& one : channel.plans) count += one->messages().size();
  plan.j1939 = dbc::IdentifierTable<std::uint32_t, ChannelPlan::kNone>(count);
  dbc::each_message(channel, [&plan](StreamId stream, const dbc::MessagePlan& message) {
    if (!message.j1939()) return;
    plan.j1939.insert(message.id, message.match, static_cast<std::uint32_t>(plan.targets.size()));
    plan.targets.push_back({stream, &message});
    plan.groups.push_back(j1939::parse(message.id).group);
  });
  if (plan.targets.empty()) return;
  plan.groups.push_back(kActiveCodes);
  plan.groups.push_back(kPreviousCodes);
  for (const std::uint32_t group :
       {j1939::kConnectionManagement, j1939::kDataTransfer, kActiveCodes, kPreviousCodes}) {
    channel.aside.push_back({group << 8 | kIdExtended, dbc::Match::group});
  }
}

// An identifier belongs to the first DBC that knows it.
void add_isotp(ChannelPlan& plan, dbc::ChannelPlan& channel) {
  std::set<std::uint32_t> known;
  dbc::each_message(channel, [&](StreamId stream, const dbc::MessagePlan& message) {
    if (message.j1939() || !known.insert(message.id).second || !message.isotp_lead) return;
    plan.isotp.push_back({message.id, {stream, &message}});
    channel.aside.push_back({message.id, dbc::Match::whole});
  });
  std::sort(plan.isotp.begin(), plan.isotp.end(),
            [](const IsoTpTarget& a, const IsoTpTarget& b) { return a.id < b.id; });
}

}  // namespace

bool is_made_here(const RowSchema& row) {
  return (row.group && row == describe_j1939_codes(row.name, row.comment, *row.group)) ||
         row == describe_uds_codes(row.name) || row == describe_identification(row.name);
}

void add_channel(Plan& plan, dbc::ChannelPlan& channel, ChannelId id, Catalog& catalog, bool identification) {
  ChannelPlan& added = plan.channels.emplace_back();
  add_j1939(added, channel);
  add_isotp(added, channel);
  if (!added.groups.empty()) {
    added.active = add_stream(catalog, id, describe_j1939_codes("DM1", "Active trouble codes", kActiveCodes));
    added.previous = add_stream(
        catalog, id, describe_j1939_codes("DM2", "Previously active trouble codes", kPreviousCodes));
    plan.lookback_ns = std::max(plan.lookback_ns, j1939::kLongestConversationNs);
  }
  const bool has_services = std::any_of(added.isotp.begin(), added.isotp.end(), [](const IsoTpTarget& one) {
    return one.target.message->isotp_lead != 0;
  });
  if (has_services) added.codes = add_stream(catalog, id, describe_uds_codes("TroubleCodes"));
  if (has_services && identification) {
    added.identification =
        add_stream(catalog, id, describe_identification("VehicleIdentification"), "_texts");
  }
  if (!added.isotp.empty()) {
    plan.lookback_ns = std::max(plan.lookback_ns, isotp::kLongestConversationNs);
  }
}

}  // namespace cantrail::transport
