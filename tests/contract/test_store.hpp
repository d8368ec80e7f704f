// A durable sink in a text file: the cursor in the first line, then a line for each decoded row.
#pragma once

#include "contract/test_components.hpp"

namespace cantrail::contract {

class TestStoreConfig final : public SinkConfig {
 public:
  explicit TestStoreConfig(Flaw flaw) : flaw_(flaw) {}
  void describe(OptionVisitor& visitor) override;
  [[nodiscard]] std::optional<SinkForecast> forecast(std::span<const StreamRate> streams) const override;
  [[nodiscard]] std::optional<Findings> probe(const ProbeContext& context) const override;
  [[nodiscard]] std::unique_ptr<Sink> make() const override;

 private:
  Flaw flaw_;
  int described_ = 0;
  Path path_{"store"};
  bool fast_ = false;
};

template <Flaw flaw>
ComponentInfo test_store() {
  ComponentInfo info;
  info.kind = ComponentKind::sink;
  info.type = "store";
  info.summary = "Rows in a text file";
  info.sample = flaw == Flaw::has_no_sample ? "" : "[sink.store]\npath = \"store\"\n";
  info.make_sink = []() -> std::unique_ptr<SinkConfig> { return std::make_unique<TestStoreConfig>(flaw); };
  return info;
}

}  // namespace cantrail::contract
