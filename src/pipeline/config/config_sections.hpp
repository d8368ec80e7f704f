// The sections of one configuration while they are read: who has claimed which, what was found, what counts
// in the end. Knows no section by name.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "component/toml/config_inputs.hpp"
#include "component/toml/config_value.hpp"
#include "component/toml/option_reader.hpp"
#include "pipeline/config/effective_config.hpp"
#include "pipeline/config/other_inputs.hpp"

namespace cantrail {

// Describes the options of a section to a reader of them.
using Describe = std::function<void(OptionVisitor&)>;
// What is wrong between the options of a section, asked once they are read.
using Problems = std::function<std::vector<std::string>()>;

// One thread. The inputs outlive it.
class ConfigSections {
 public:
  ConfigSections(ConfigTable root, const ConfigInputs& inputs)
      : root_(std::move(root)), inputs_(inputs), other_(inputs.environment) {}

  [[nodiscard]] ConfigTable& root() { return root_; }
  [[nodiscard]] const ConfigInputs& inputs() const { return inputs_; }
  [[nodiscard]] OtherInputs& other() { return other_; }
  [[nodiscard]] const std::vector<StreamMention>& mentions() const { return mentions_; }
  [[nodiscard]] const EffectiveConfig& effective() const { return effective_; }

  // What relative paths among the defaults start from.
  void set_data_folder(std::string folder) { data_folder_ = std::move(folder); }
  // A label that streams have. All of them before the first reader of what may name them.
  void add_label(const std::string& name);

  Diagnostics found;
  std::vector<std::string> not_in_build;  // "sink type 'redis'", each reported as well

  void error(const SourceLocation& where, std::string message);
  void warning(const SourceLocation& where, std::string message);

  // The section of that name at the top, which is known from now on; an empty one where it is not there.
  const ConfigTable& claim(const std::string& name);
  // A reader of one table; give it to done() afterwards. `own`: the section's env_file.
  [[nodiscard]] OptionReader reader(const ConfigTable& table, const SectionIdentity& identity);
  void done(const ConfigTable& table, const OptionReader& reader);
  // The same for a section of which only some keys are known here: the others are taken as they are.
  void done_in_part(const ConfigTable& table, const OptionReader& reader);
  // The streams and fields that a table names which done() was not told of.
  void note_mentions(const OptionReader& reader);
  void mention(StreamMention mention) { mentions_.push_back(std::move(mention)); }
  // A section that has no options: its values as they stand in the file.
  void take_as_it_is(const ConfigTable& table);

  // A whole section at the top.
  void read(const std::string& name, const Describe& describe, const Problems& problems = {},
            const Problems& not_built = {});

  // Each [name.ENTRY], in the file's order. A BeginEntry gets the entry's name and place, and gives what
  // reads it.
  struct EntryReader {
    Describe describe;
    Problems problems;
  };
  using BeginEntry = std::function<EntryReader(const std::string& entry, const SourceLocation& where)>;
  void read_entries(const std::string& name, const BeginEntry& begin);

  // Reports sections, keys and flags that nobody knows.
  void finish();

 private:
  void remember(const ConfigTable& table, const OptionReader& reader);
  void unknown_at_the_top();
  void unknown_flags();

  ConfigTable root_;
  const ConfigInputs& inputs_;
  OtherInputs other_;
  std::string data_folder_;
  std::vector<std::string> labels_;
  std::vector<std::string> sections_;  // names that are known at the top
  std::vector<std::string> top_keys_{"config_version"};
  std::set<std::string, std::less<>> described_;      // "source.can0.bitrate"
  std::set<std::string, std::less<>> partly_known_;   // "sink.redis."
  std::vector<std::unique_ptr<ConfigTable>> absent_;  // stand for sections that are not there
  std::vector<StreamMention> mentions_;
  EffectiveConfig effective_;
};

}  // namespace cantrail
