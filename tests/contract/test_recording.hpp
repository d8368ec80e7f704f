// A source that reads numbered frames and resumes at the number it has come to.
#pragma once

#include "contract/test_components.hpp"

namespace cantrail::contract {

class TestRecordingConfig final : public SourceConfig {
 public:
  explicit TestRecordingConfig(Flaw flaw) : flaw_(flaw) {}
  void describe(OptionVisitor& visitor) override;
  [[nodiscard]] std::vector<std::string> channels(const std::string& name) const override { return {name}; }
  [[nodiscard]] std::optional<Findings> probe(const ProbeContext& context) const override;
  [[nodiscard]] std::unique_ptr<FrameSource> make() const override;

 private:
  Flaw flaw_;
  std::int64_t frames_ = 100;
};

template <Flaw flaw>
ComponentInfo test_recording() {
  ComponentInfo info;
  info.type = "recording";
  info.summary = "Numbered frames";
  info.sample = "[source.recording]\nframes = 200\n";
  info.make_source = []() -> std::unique_ptr<SourceConfig> {
    return std::make_unique<TestRecordingConfig>(flaw);
  };
  return info;
}

}  // namespace cantrail::contract
