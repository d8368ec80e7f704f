// Reads one section of a configuration into the targets of an options description, and collects everything
// that is wrong with it. For each option: a flag, else the environment, else what more inputs give, else the
// file, else the default.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "component/options.hpp"
#include "component/toml/config_inputs.hpp"
#include "component/toml/config_value.hpp"
#include "component/toml/effective_value.hpp"
#include "component/toml/value_reader.hpp"

namespace cantrail {

// "path" of "path: there is no file x": the option that a message of a component begins with, or its first
// word.
[[nodiscard]] std::string_view leading_option(std::string_view message);

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

  // From the next option on.
  void use(MoreInputs more) { more_ = std::move(more); }
  // The names of the labels that streams have, which outlive the reader.
  void use_labels(std::span<const std::string> labels) { labels_ = labels; }

  // After the last option: the keys that nobody described.
  void finish();

  // What a component finds wrong between its options. A message that begins with a key is put at that key's
  // value, and left out if the key could not be read in the first place.
  void problems(const std::vector<std::string>& messages);

  // The keys that were described so far; of a secret `password` that is `password_file`.
  [[nodiscard]] const std::vector<std::string>& known() const { return known_; }
  [[nodiscard]] const std::vector<EffectiveValue>& values() const { return values_; }
  // Streams and fields that values name, for whoever knows the catalog.
  [[nodiscard]] const std::vector<StreamMention>& mentions() const { return mentions_; }
  [[nodiscard]] bool failed(std::string_view key) const { return failed_.contains(key); }

 private:
  void read_option(const OptionSpec& spec);
  [[nodiscard]] std::optional<GivenValue> flag(const std::string& key) const;
  [[nodiscard]] std::optional<GivenValue> variable(const std::string& key) const;
  [[nodiscard]] std::optional<GivenValue> given(const OptionSpec& spec) const;
  void take(const OptionSpec& spec, const ConfigValue& value, const std::string& folder);
  void missing(const OptionSpec& spec);
  void settle_default(const OptionSpec& spec) const;
  void unknown(const ConfigEntry& entry);
  void note(const OptionSpec& spec, std::string origin);

  // In option_reader_secrets.cpp.
  void read_secret(const OptionSpec& spec);
  bool secret_from_outside(const OptionSpec& spec, const std::string& file_key);
  bool secret_from_credentials(const OptionSpec& spec);
  void take_secret(const OptionSpec& spec, const GivenValue& given);
  void take_secret_file(const OptionSpec& spec, const std::string& path, const SourceLocation& where);
  void inline_secret(const ConfigEntry& entry);
  [[nodiscard]] std::string of_section() const;  // " in [source.can0]"

  const ConfigTable& table_;
  const ConfigInputs& inputs_;
  std::string default_folder_;
  Diagnostics& diagnostics_;
  MoreInputs more_;
  std::span<const std::string> labels_;
  std::vector<std::string> known_;
  std::set<std::string, std::less<>> secrets_;
  std::vector<EffectiveValue> values_;
  std::vector<StreamMention> mentions_;
  std::set<std::string, std::less<>> failed_;
};

}  // namespace cantrail
