// [source.NAME] of type cannelloni.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "component/frame_source.hpp"
#include "component/registry.hpp"

namespace cantrail::cannelloni {

struct Options {
  std::string listen = "127.0.0.1:20000";
  std::string remote;   // empty: anybody
  std::string channel;  // empty: the source's name
  Bytes receive_buffer{12U << 20};

  [[nodiscard]] const std::string& channel_of(const std::string& source_name) const {
    return channel.empty() ? source_name : channel;
  }
};

class Config final : public SourceConfig {
 public:
  void describe(OptionVisitor& visitor) override;
  [[nodiscard]] std::vector<std::string> problems() const override;
  [[nodiscard]] std::vector<std::string> channels(const std::string& source_name) const override;
  [[nodiscard]] std::optional<Findings> probe(const ProbeContext& context) const override;
  [[nodiscard]] std::optional<ListensOn> listens_on() const override {
    return ListensOn{true, options_.listen};
  }
  [[nodiscard]] std::unique_ptr<FrameSource> make() const override;

 private:
  Options options_;
};

[[nodiscard]] ComponentInfo cannelloni_source_info();

}  // namespace cantrail::cannelloni
