// [source.NAME] of type obd2.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "component/frame_source.hpp"
#include "component/registry.hpp"
#include "sources/can_interface/options.hpp"
#include "sources/obd2/poller.hpp"
#include "sources/obd2/rates.hpp"

namespace cantrail::obd2 {

struct Options {
  std::string interface;  // empty: the source's name
  std::string channel;    // empty: the source's name
  std::optional<std::int64_t> bitrate;
  std::string addressing = "auto";
  Rates rates;
  Duration codes_every = std::chrono::minutes(1);
  bool freeze_frames = true;
  Rate most_requests{30};
  Duration longest_pause = std::chrono::minutes(1);
  bool all_frames = false;

  [[nodiscard]] PollSettings poll_settings() const;
  // What captures the answers, of a source with this name.
  [[nodiscard]] socketcan::Options capture(const std::string& source_name) const;
};

class Config final : public SourceConfig {
 public:
  void describe(OptionVisitor& visitor) override;
  [[nodiscard]] std::vector<std::string> problems() const override;
  [[nodiscard]] std::vector<std::string> channels(const std::string& source_name) const override;
  [[nodiscard]] std::vector<DbcText> dbcs() const override;
  [[nodiscard]] SourceForecast forecast(FileSystem& files) const override;
  [[nodiscard]] std::optional<Findings> probe(const ProbeContext& context) const override;
  [[nodiscard]] std::unique_ptr<FrameSource> make() const override;

 private:
  void describe_rates(OptionVisitor& visitor);
  Options options_;
};

[[nodiscard]] ComponentInfo obd2_source_info();

}  // namespace cantrail::obd2
