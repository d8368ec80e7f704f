// What `check` prints beside its findings: how much comes in a day, what became of the looks at targets; as a
// table for people, or all of it as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "cli/connect.hpp"
#include "pipeline/config/forecast.hpp"

namespace cantrail::cli {

struct CheckReport {
  std::string path;
  Diagnostics findings;
  std::vector<std::string> not_in_build;
  std::optional<Forecast> forecast;              // nullopt: the configuration is wrong
  std::optional<std::vector<LookedAt>> targets;  // nullopt: not asked for, or wrong

  [[nodiscard]] std::size_t errors() const;
  [[nodiscard]] std::size_t warnings() const { return findings.size() - errors(); }
};

// "1,088,640", "at most 86,400,000", "over 1,088,640", "unknown".
[[nodiscard]] std::string amount_text(const Amount& rows);
// The same in megabytes of 1000 × 1000: "18.6 MB", "at most 1,960 MB".
[[nodiscard]] std::string megabytes_text(const Amount& bytes);

[[nodiscard]] std::string forecast_text(const Forecast& forecast);
[[nodiscard]] std::string report_json(const CheckReport& report);

}  // namespace cantrail::cli
