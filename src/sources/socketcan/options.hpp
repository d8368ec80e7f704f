// [source.NAME] of type socketcan.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "component/frame_source.hpp"
#include "component/registry.hpp"
#include "sources/socketcan/link_message.hpp"

namespace cantrail::socketcan {

struct Options {
  std::string interface;  // empty: the source's name
  std::string channel;    // empty: the interface's name
  bool fd = true;
  std::vector<std::string> filters;  // see filter.hpp
  bool error_frames = true;
  bool own = true;
  Bytes receive_buffer{12U << 20};
  std::optional<std::int64_t> bitrate, data_bitrate, restart_ms;
  bool bus_stream = true;

  // One source for all CAN interfaces of the machine, each its own channel.
  [[nodiscard]] bool any() const { return interface == "any"; }
  [[nodiscard]] LinkSettings settings() const;
  [[nodiscard]] const std::string& interface_of(const std::string& source_name) const {
    return interface.empty() ? source_name : interface;
  }
  [[nodiscard]] const std::string& channel_of(const std::string& source_name) const {
    return channel.empty() ? interface_of(source_name) : channel;
  }
};

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
