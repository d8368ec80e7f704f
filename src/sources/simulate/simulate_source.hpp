// `type = "simulate"`: a bus without hardware.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "component/frame_source.hpp"
#include "component/registry.hpp"
#include "sources/simulate/scenario.hpp"

namespace cantrail::simulate {

struct SimulateOptions {
  std::string scenario = "leaf";  // or the path of a DBC
  std::int64_t seed = 7;
  double speed = 1;       // simulated seconds per second
  double bus_factor = 1;  // more frames per simulated second
  std::string channel = "can0";
  Path dbc;  // the layout to encode with
};

class SimulateConfig final : public SourceConfig {
 public:
  SimulateOptions options;

  void describe(OptionVisitor& visitor) override;
  [[nodiscard]] std::vector<std::string> problems() const override;
  [[nodiscard]] std::vector<std::string> channels(const std::string& source_name) const override;
  [[nodiscard]] std::vector<std::string> made_of() const override;
  [[nodiscard]] SourceForecast forecast(FileSystem& files) const override;
  [[nodiscard]] std::optional<Findings> probe(const ProbeContext& context) const override;
  [[nodiscard]] std::unique_ptr<FrameSource> make() const override;
};

[[nodiscard]] ComponentInfo simulate_source_info();

}  // namespace cantrail::simulate
