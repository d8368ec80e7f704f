// [source.NAME] of type socketcan.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "component/frame_source.hpp"
#include "component/registry.hpp"
#include "sources/can_interface/options.hpp"

namespace cantrail::socketcan {

class Config final : public SourceConfig {
 public:
  void describe(OptionVisitor& visitor) override;
  [[nodiscard]] std::vector<std::string> problems() const override;
  [[nodiscard]] std::vector<std::string> channels(const std::string& source_name) const override;
  [[nodiscard]] std::vector<std::shared_ptr<const RowSchema>> streams() const override;
  [[nodiscard]] SourceForecast forecast(FileSystem& files) const override;
  [[nodiscard]] std::optional<Findings> probe(const ProbeContext& context) const override;
  [[nodiscard]] std::unique_ptr<FrameSource> make() const override;

 private:
  void describe_rates(OptionVisitor& visitor);
  Options options_;
};

[[nodiscard]] ComponentInfo socketcan_source_info();

}  // namespace cantrail::socketcan
