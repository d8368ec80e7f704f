// Values that come neither from flags nor from CANTRAIL_ variables of the process nor from the configuration:
// env_file, at the top and of a section, and the variables of replaced systems. In this order, the first that
// has an option counts:
//   CANTRAIL_ names in the section's env_file, then in the one at the top;
//   replaced names in the section's env_file, then in the environment, then in the env_file at the top.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "component/toml/config_inputs.hpp"
#include "component/toml/env_file.hpp"
#include "pipeline/config/replaced_names.hpp"

namespace cantrail {

// A section as replaced names look for it.
struct SectionIdentity {
  std::string path;  // "sink.cloud", "server", "" for the top
  std::string type;  // of a source or a sink
};

// Outlives the MoreInputs that it gives.
class OtherInputs {
 public:
  explicit OtherInputs(Environment process) : process_(std::move(process)) {}

  void set_top(EnvFile file) { top_ = std::move(file); }
  // All sources and sinks that count: a replaced name of the environment is used where it fits one of them.
  // One that is set and fits several is reported, and not used.
  void set_sections(std::vector<SectionIdentity> sections, Diagnostics& found);

  [[nodiscard]] MoreInputs of(const SectionIdentity& section, std::optional<EnvFile> own = {}) const;

 private:
  [[nodiscard]] std::optional<GivenValue> from_process(const std::string& variable) const;
  [[nodiscard]] std::optional<GivenValue> from_top(const std::string& variable) const;
  [[nodiscard]] bool is_used(const ReplacedName& name, const SectionIdentity& section) const;

  Environment process_;
  std::optional<EnvFile> top_;
  std::vector<SectionIdentity> sections_;
};

}  // namespace cantrail
