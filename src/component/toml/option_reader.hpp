// Reads one section of a configuration into the targets of an options description, and collects everything
// that is wrong with it. For each option: a flag, else the environment, else the file, else the default.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "component/options.hpp"
#include "component/toml/config_inputs.hpp"
#include "component/toml/config_value.hpp"

namespace cantrail {

// One thread. The table, the inputs and the diagnostics outlive it.
class OptionReader final : public OptionVisitor {
 public:
  // `default_folder`: what relative paths among the defaults start from (those of the file start where the
  // file is, those of flags and the environment where the process is).
  OptionReader(const ConfigTable& table, const ConfigInputs& inputs, std::string default_folder,
               Diagnostics& diagnostics)
      : table_(table),
        inputs_(inputs),
        default_folder_(std::move(default_folder)),
        diagnostics_(diagnostics) {}

  void option(const OptionSpec& spec) override;

  // After the last option: the keys that nobody described.
  void finish();

  // What a component finds wrong between its options. A message that begins with a key is put at that key's
  // value, and left out if the key could not be read in the first place.
  void problems(const std::vector<std::string>& messages);

  // What was described so far.
  [[nodiscard]] const std::vector<std::string>& known() const { return known_; }
  [[nodiscard]] bool failed(std::string_view key) const { return failed_.contains(key); }

 private:
  bool read_override(const OptionSpec& spec);
  void settle_default(const OptionSpec& spec) const;
  void unknown(const ConfigEntry& entry);
  [[nodiscard]] std::string of_section() const;  // " in [source.can0]"

  const ConfigTable& table_;
  const ConfigInputs& inputs_;
  std::string default_folder_;
  Diagnostics& diagnostics_;
  std::vector<std::string> known_;
  std::set<std::string, std::less<>> failed_;
};

}  // namespace cantrail
