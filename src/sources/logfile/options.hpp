// [source.NAME] of type logfile.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "component/frame_source.hpp"
#include "component/registry.hpp"

namespace cantrail::logfile {

struct Options {
  Path path;  // "-": standard input
  std::string pace = "recorded";
  bool loop = false;
  std::string channel;              // all frames come from this one; empty: as recorded
  std::vector<std::string> rename;  // "recorded=alias"
  std::string start_time = "recorded";

  [[nodiscard]] bool standard_input() const;
  // The alias of a channel that the recording names.
  [[nodiscard]] std::string_view alias_of(std::string_view recorded) const;
};

class Config final : public SourceConfig {
 public:
  void describe(OptionVisitor& visitor) override;
  [[nodiscard]] std::vector<std::string> problems() const override;
  [[nodiscard]] std::vector<std::string> reads() const override;
  [[nodiscard]] std::vector<std::string> channels(const std::string& source_name) const override;
  [[nodiscard]] SourceForecast forecast(FileSystem& files) const override;
  [[nodiscard]] std::optional<Findings> probe(const ProbeContext& context) const override;
  [[nodiscard]] std::unique_ptr<FrameSource> make() const override;

 private:
  Options options_;
};

[[nodiscard]] ComponentInfo logfile_source_info();

}  // namespace cantrail::logfile
