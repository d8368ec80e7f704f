// A source that delivers rows: some of equal times, of a stream that grows in mid-run and of another that
// comes later, with a value now and then that is a file.
#pragma once

#include "contract/test_components.hpp"

namespace cantrail::contract {

class TestReadingsConfig final : public SourceConfig {
 public:
  explicit TestReadingsConfig(Flaw flaw) : flaw_(flaw) {}
  void describe(OptionVisitor& visitor) override;
  [[nodiscard]] std::vector<std::string> channels(const std::string&) const override { return {}; }
  [[nodiscard]] std::unique_ptr<FrameSource> make() const override;

 private:
  Flaw flaw_;
  std::int64_t rows_ = 100;
};

template <Flaw flaw>
ComponentInfo test_readings() {
  ComponentInfo info;
  info.type = "readings";
  info.summary = "Numbered rows";
  info.sample = "[source.readings]\nrows = 200\n";
  info.make_source = []() -> std::unique_ptr<SourceConfig> {
    return std::make_unique<TestReadingsConfig>(flaw);
  };
  return info;
}

}  // namespace cantrail::contract
