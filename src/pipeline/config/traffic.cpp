#include "pipeline/config/traffic.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "pipeline/config/stream_check.hpp"

namespace cantrail {
namespace {

double per_second(std::uint32_t cycle_ms) {
  return 1000.0 / cycle_ms;
}

// Counts the streams of one channel, in the catalog's order.
class ChannelCount {
 public:
  ChannelCount(const ChannelInfo& info, const SourceSection* source, FileSystem& files) {
    channel_.name = info.alias;
    if (source == nullptr || source->config == nullptr) {
      channel_.unknown = "of a type that this build lacks";
      return;
    }
    channel_.source = source->name;
    channel_.has_dbc = !source->dbcs.empty();
    forecast_ = source->config->forecast(files);
    channel_.unknown = forecast_.unknown;
    channel_.frame_seconds = forecast_.frame_seconds;
    channel_.exact = channel_.unknown.empty() && forecast_.frames.has_value();
    if (!channel_.exact) return;
    channel_.frames = *forecast_.frames;
    for (const FrameRate& frame : channel_.frames) exactly_[frame.can_id] += frame.per_second;
  }

  StreamTraffic add(const std::shared_ptr<const RowSchema>& row_ptr) {
    const RowSchema& row = *row_ptr;
    if (!channel_.unknown.empty()) return {};
    if (!row.can_id) return add_own(row_ptr);
    const bool decodes = seen_.insert(*row.can_id).second;
    if (!decodes || (forecast_.takes && !forecast_.takes(*row.can_id))) return {0, 0};
    ++channel_.messages;
    if (channel_.exact) {
      const double rate = exactly_[*row.can_id];
      channel_.coming += rate > 0 ? 1 : 0;
      return {rate, 0};
    }
    if (row.cycle_ms) {
      channel_.frames.push_back({*row.can_id, row.length_bytes, per_second(*row.cycle_ms)});
      return {per_second(*row.cycle_ms), 0};
    }
    ++channel_.untimed;
    StreamTraffic stream;
    if (channel_.frame_seconds) stream.frame_seconds = channel_.frame_seconds(*row.can_id, row.length_bytes);
    return stream;
  }

  ChannelTraffic finish() {
    if (channel_.frame_seconds && !channel_.exact) {
      double busy = 0;
      for (const FrameRate& frame : channel_.frames) {
        busy += frame.per_second * channel_.frame_seconds(frame.can_id, frame.length_bytes);
      }
      channel_.free = std::max(0.0, 1 - busy);
    }
    return std::move(channel_);
  }

 private:
  StreamTraffic add_own(const std::shared_ptr<const RowSchema>& row) {
    if (!row->cycle_ms) return {};
    channel_.own_rows.push_back({row, per_second(*row->cycle_ms)});
    return {per_second(*row->cycle_ms), 0};
  }

  ChannelTraffic channel_;
  SourceForecast forecast_;
  std::set<std::uint32_t> seen_;
  std::map<std::uint32_t, double> exactly_;  // frames a second, by identifier
};

const SourceSection* source_called(const NodeConfig& config, const std::string& name) {
  const auto at = std::find_if(config.sources.begin(), config.sources.end(),
                               [&](const SourceSection& one) { return one.name == name; });
  return at != config.sources.end() ? &*at : nullptr;
}

// A row at each row of what they are computed of.
void add_signals(const derive::Plan& plan, std::vector<StreamTraffic>& streams) {
  for (const derive::PlannedSignal& signal : plan.signals) {
    std::optional<double> rows_per_s = 0;
    for (const StreamId trigger : signal.triggers) {
      const auto& rows = streams[trigger].rows_per_s;
      rows_per_s = rows && rows_per_s ? std::optional(*rows_per_s + *rows) : std::nullopt;
    }
    streams[signal.stream].rows_per_s = rows_per_s;
  }
}

}  // namespace

Traffic expected_traffic(const NodeConfig& config, FileSystem& files) {
  Traffic traffic;
  Diagnostics told_already;
  const CompiledCatalogPtr compiled = compiled_catalog(config, told_already);
  traffic.catalog = compiled->catalog;
  const Catalog& catalog = *traffic.catalog;
  std::vector<ChannelCount> counts;
  for (const ChannelInfo& channel : catalog.channels) {
    counts.emplace_back(channel, source_called(config, catalog.sources[channel.source].name), files);
  }
  for (const StreamInfo& stream : catalog.streams) {
    traffic.streams.push_back(stream.channel ? counts[*stream.channel].add(stream.row) : StreamTraffic{});
  }
  if (compiled->derivation != nullptr) add_signals(*compiled->derivation, traffic.streams);
  for (ChannelCount& count : counts) traffic.channels.push_back(count.finish());
  return traffic;
}

}  // namespace cantrail
