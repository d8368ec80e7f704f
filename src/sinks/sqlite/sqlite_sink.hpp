// The `sqlite` sink: decoded rows in one SQLite file of bounded size, which can be asked (history()) while it
// is written. See README.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "component/keep.hpp"
#include "component/registry.hpp"
#include "component/sink.hpp"

namespace cantrail {

class SqliteConfig final : public SinkConfig {
 public:
  void describe(OptionVisitor& visitor) override;
  [[nodiscard]] std::vector<std::string> problems() const override;
  // The file, and what SQLite puts beside it.
  [[nodiscard]] std::vector<std::string> writes() const override;
  [[nodiscard]] std::optional<SinkForecast> forecast(std::span<const StreamRate> streams) const override;
  [[nodiscard]] std::optional<Findings> probe(const ProbeContext& context) const override;
  [[nodiscard]] std::unique_ptr<Sink> make() const override;

  Path path{"history.db"};
  Keep keep{std::chrono::hours(24 * 30), std::uint64_t{1} << 30, std::nullopt};
  Keep keep_1s{std::chrono::hours(24 * 30), std::nullopt, std::nullopt};
  Keep keep_1m{std::chrono::hours(24 * 365), std::nullopt, std::nullopt};
  Keep keep_1h;  // forever
  std::string rows = "packed";
  Duration delay = std::chrono::seconds(120);
  bool check = true;
};

[[nodiscard]] ComponentInfo sqlite_sink_info();

}  // namespace cantrail
