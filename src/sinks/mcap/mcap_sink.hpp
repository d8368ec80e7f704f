// The `mcap` sink: everything that a node records in MCAP files, which Foxglove and others open. See
// README.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "component/keep.hpp"
#include "component/registry.hpp"
#include "component/sink.hpp"

namespace cantrail {

class McapConfig final : public SinkConfig {
 public:
  void describe(OptionVisitor& visitor) override;
  [[nodiscard]] std::vector<std::string> problems() const override;
  // The list of recordings, by which no two sinks share a folder.
  [[nodiscard]] std::vector<std::string> writes() const override;
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> looks_at() const override;
  [[nodiscard]] Duration looks_back() const override;
  [[nodiscard]] std::optional<SinkForecast> forecast(std::span<const StreamRate> streams) const override;
  [[nodiscard]] std::optional<Findings> probe(const ProbeContext& context) const override;
  [[nodiscard]] std::unique_ptr<Sink> make() const override;

  Path path{"recordings"};
  Template name{"{node}_{start}"};
  std::vector<std::string> split{"1h", "512MiB"};
  Duration trip_gap = std::chrono::minutes(5);
  std::optional<std::string> trip;
  std::vector<std::string> trigger;
  std::optional<Duration> before, after;  // with a trigger; 30 s if not given
  Keep keep{std::chrono::hours(24 * 30), std::uint64_t{8} << 30, std::nullopt};
  std::string compression = "zstd";
  Bytes chunk{std::uint64_t{1} << 20};
  bool raw = true;
  bool decoded = true;
  Duration delay = std::chrono::seconds(10);
};

[[nodiscard]] ComponentInfo mcap_sink_info();

}  // namespace cantrail
