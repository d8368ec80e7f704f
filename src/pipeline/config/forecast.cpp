#include "pipeline/config/forecast.hpp"

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "journal/forecast.hpp"
#include "model/stream_selection.hpp"
#include "pipeline/config/bus_share.hpp"
#include "pipeline/config/traffic.hpp"

namespace cantrail {
namespace {

constexpr double kSecondsADay = 86400;
constexpr double kAny = std::numeric_limits<double>::infinity();

// The row as the sink gets it: with the fields that go through.
std::shared_ptr<const RowSchema> cut(const std::shared_ptr<const RowSchema>& row,
                                     const StreamSelection::Fields& fields) {
  if (fields.cut.empty()) return row;
  auto kept = std::make_shared<RowSchema>(*row);
  kept->fields.clear();
  for (const std::size_t field : fields.kept) kept->fields.push_back(row->fields[field]);
  return kept;
}

double sum_of(const std::vector<StreamRate>& streams) {
  double sum = 0;
  for (const StreamRate& stream : streams) sum += stream.rows_per_s;
  return sum;
}

// What goes through one sink's lane.
class LaneStreams {
 public:
  LaneStreams(const Traffic& traffic, const SinkSection& sink) : traffic_(traffic), sink_(sink) {
    const StreamSelection selection(sink.keys.only, sink.keys.except);
    const double cap = sink.keys.max_rate_per_s.value_or(kAny);
    by_channel_.resize(traffic.channels.size());
    for (StreamId id = 0; id < traffic.streams.size(); ++id) {
      const StreamInfo& info = traffic.catalog->streams[id];
      const auto fields = selection.fields_of(*traffic.catalog, info);
      if (!fields.wanted) continue;
      const StreamTraffic& stream = traffic.streams[id];
      const StreamRate row{cut(info.row, fields), 0};
      if (stream.rows_per_s) {
        known_.push_back({row.row, std::min(*stream.rows_per_s, cap)});
      } else if (stream.frame_seconds > 0 && info.channel) {
        by_channel_[*info.channel].push_back({row, stream.frame_seconds});
      } else if (cap < kAny) {
        capped_.push_back({row.row, cap});
      } else {
        unlimited_ = true;
      }
    }
  }

  [[nodiscard]] LaneForecast forecast() const {
    LaneForecast lane;
    lane.name = sink_.name;
    lane.rows.unlimited = unlimited_;
    lane.rows.known = sum_of(known_) * kSecondsADay;
    lane.rows.at_most =
        sum_of(most([](const StreamRate& stream) { return stream.rows_per_s; })) * kSecondsADay;
    add_bytes(lane);
    if (!sink_.keys.on_change) return lane;
    lane.rows.known = 0;  // nobody knows how often a value changes
    if (lane.bytes) lane.bytes->known = 0;
    return lane;
  }

 private:
  struct Untimed {
    StreamRate stream;
    double frame_seconds = 0;
  };

  // Everything, with those messages whose rate nobody knows as often as makes the most of the cost.
  template <class Cost>
  [[nodiscard]] std::vector<StreamRate> most(const Cost& cost) const {
    std::vector<StreamRate> all = known_;
    all.insert(all.end(), capped_.begin(), capped_.end());
    const double cap = sink_.keys.max_rate_per_s.value_or(kAny);
    for (std::size_t channel = 0; channel < by_channel_.size(); ++channel) {
      std::vector<BusUser> users;
      for (const Untimed& one : by_channel_[channel]) {
        users.push_back({one.frame_seconds, cap, [&cost, row = one.stream.row](double rate) {
                           return cost(StreamRate{row, rate});
                         }});
      }
      const std::vector<double> rates = fill_bus(traffic_.channels[channel].free, users);
      for (std::size_t i = 0; i < rates.size(); ++i) {
        all.push_back({by_channel_[channel][i].stream.row, rates[i]});
      }
    }
    return all;
  }

  void add_bytes(LaneForecast& lane) const {
    if (sink_.config == nullptr) return;
    const auto known = sink_.config->forecast(known_);
    if (!known) return;
    const auto all = sink_.config->forecast(most([this](const StreamRate& stream) {
      const auto one = sink_.config->forecast({&stream, 1});
      return one ? one->bytes_per_day : 0;
    }));
    lane.bytes.emplace();
    lane.bytes->known = known->bytes_per_day;
    lane.bytes->at_most = all ? all->bytes_per_day : known->bytes_per_day;
    lane.bytes->unlimited = unlimited_;
    if (unlimited_ || !all) return;
    lane.holds = all->holds;
    lane.limit = all->limit;
  }

  const Traffic& traffic_;
  const SinkSection& sink_;
  std::vector<StreamRate> known_, capped_;
  std::vector<std::vector<Untimed>> by_channel_;
  bool unlimited_ = false;
};

// The bus filled with frames of a kind that costs the journal most: very short ones, or the longest of CAN
// FD.
double most_journal_bytes_per_s(const ChannelTraffic& channel) {
  std::vector<FrameRate> frames{{0, 0, 0}, {1, kMaxFrameBytes, 0}};
  std::vector<BusUser> users;
  users.reserve(frames.size());
  for (const FrameRate& frame : frames) {
    users.push_back(
        {channel.frame_seconds(frame.can_id, frame.length_bytes), kAny, [&channel, frame](double rate) {
           const FrameRate some{frame.can_id, frame.length_bytes, rate};
           return journal_bytes_per_s(channel.source, {&some, 1}, {});
         }});
  }
  const std::vector<double> rates = fill_bus(channel.free, users);
  for (std::size_t i = 0; i < frames.size(); ++i) frames[i].per_second = rates[i];
  frames.insert(frames.end(), channel.frames.begin(), channel.frames.end());
  return journal_bytes_per_s(channel.source, frames, channel.own_rows);
}

// Frames that are on the bus whether a DBC knows them or not.
void add_channel(const ChannelTraffic& channel, Amount& records, Amount& bytes) {
  if (!channel.unknown.empty()) {
    records.unlimited = bytes.unlimited = true;
    return;
  }
  double known = 0;
  for (const FrameRate& frame : channel.frames) known += frame.per_second;
  for (const StreamRate& row : channel.own_rows) known += row.rows_per_s;
  const double known_bytes = journal_bytes_per_s(channel.source, channel.frames, channel.own_rows);
  records.known += known * kSecondsADay;
  bytes.known += known_bytes * kSecondsADay;
  records.at_most += known * kSecondsADay;
  bytes.at_most += known_bytes * kSecondsADay;
  const bool complete = channel.exact || (channel.messages > 0 && channel.untimed == 0);
  if (complete) return;
  if (!channel.frame_seconds) {
    records.unlimited = bytes.unlimited = true;
    return;
  }
  records.at_most += channel.free / channel.frame_seconds(0, 0) * kSecondsADay;
  bytes.at_most += (most_journal_bytes_per_s(channel) - known_bytes) * kSecondsADay;
}

LaneForecast journal_forecast(const Traffic& traffic, const NodeConfig& config, FileSystem& files) {
  LaneForecast lane;
  lane.name = "journal";
  lane.is_journal = true;
  lane.bytes.emplace();
  for (const ChannelTraffic& channel : traffic.channels) add_channel(channel, lane.rows, *lane.bytes);
  const auto cap = journal_cap(config.journal_options(), files);
  if (!cap || lane.bytes->unlimited || lane.bytes->at_most <= 0) return lane;
  const double days = static_cast<double>(*cap) / lane.bytes->at_most;
  constexpr double kMostDays = 100 * 365.0;
  if (days > kMostDays) return lane;
  lane.holds = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(days * kSecondsADay));
  lane.limit = format_bytes(*cap);
  return lane;
}

std::string note_on(const ChannelTraffic& channel) {
  const std::string name = printable(channel.name) + ": ";
  if (!channel.unknown.empty()) return name + channel.unknown + ", so nobody knows how much it brings";
  if (channel.exact || (channel.messages > 0 && channel.untimed == 0)) return "";
  if (channel.messages == 0) {
    return name + (channel.has_dbc ? "its DBC describes no message; " : "") +
           (channel.frame_seconds ? "for the journal the bus counts as full" : "how much comes is not known");
  }
  const std::string which = channel.untimed == channel.messages ? "no message has a cycle time in the DBC; "
                                                                : format_count(channel.untimed) + " of " +
                                                                      counted(channel.messages, "message") +
                                                                      " have no cycle time in the DBC; ";
  if (!channel.frame_seconds) {
    return name + which +
           "how often they come is not known: GenMsgCycleTime tells, a sink's max_rate limits it";
  }
  return name + which + "they count as if they filled what is left of the bus";
}

}  // namespace

Forecast forecast_of(const NodeConfig& config, FileSystem& files) {
  const Traffic traffic = expected_traffic(config, files);
  Forecast forecast;
  for (const SinkSection& sink : config.sinks) {
    if (sink.enabled) forecast.lanes.push_back(LaneStreams(traffic, sink).forecast());
  }
  forecast.lanes.push_back(journal_forecast(traffic, config, files));
  for (const ChannelTraffic& channel : traffic.channels) {
    if (!channel.source.empty() && !channel.has_dbc) {
      forecast.notes.push_back(printable(channel.name) +
                               ": no `dbc`, so its frames are recorded and shown as they are, not decoded");
    }
    if (std::string note = note_on(channel); !note.empty()) forecast.notes.push_back(std::move(note));
    const bool idle = channel.exact && channel.has_dbc && !channel.frames.empty() && channel.coming == 0;
    if (idle) forecast.idle.push_back(channel.source);
  }
  return forecast;
}

}  // namespace cantrail
