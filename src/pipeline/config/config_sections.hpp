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
#include "pipeline/config/language.hpp"
#include "pipeline/config/other_inputs.hpp"

namespace cantrail {

// What is wrong between the options of a section, asked once they are read.
using Problems = std::function<std::vector<std::string>()>;

// A section by its name, and its sense in one line without full stop.
struct SectionHead {
  std::string name, sense;
};

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

  // What the configuration may say, section by section in the order in which they are read. What is claimed
  // is on record as well, before finish().
  void put_on_record(LanguageSection section) { language_.push_back(std::move(section)); }
  [[nodiscard]] const Language& language() const { return language_; }

  // The section of that name at the top, which is known from now on; an empty one where it is not there.
  const ConfigTable& claim(const std::string& name);
  // A reader of one table; give it to done() afterwards.
  [[nodiscard]] OptionReader reader(const ConfigTable& table, const SectionIdentity& identity);
  void done(const ConfigTable& table, const OptionReader& reader);
  // The same for a section of which only some keys are known here: the others are taken as they are.
  void done_in_part(const ConfigTable& table, const OptionReader& reader);
  // The streams and fields that a table names which done() was not told of.
  void note_mentions(const OptionReader& reader);
  void mention(StreamMention mention) { mentions_.push_back(std::move(mention)); }
  // A section that has no options: its values as they stand in the file.
  void take_as_it_is(const ConfigTable& table);

  // A whole section at the top. Keys has describe(), and where it needs them problems() (what is wrong
  // between its options) and not_built() (what is right and cannot be done by this build).
  template <class Keys>
  void read(const SectionHead& head, Keys& keys) {
    put_on_record({head.name, head.sense, {described<Keys>()}});
    read_one(claim(head.name), parts_of(keys));
  }

  // Each [name.ENTRY], in the file's order. Keys has a `name` and a place `where` besides.
  template <class Keys>
  void read_entries(const SectionHead& head, std::vector<Keys>& all) {
    put_on_record(
        {head.name, head.sense, tables_called({.called = "NAME", .sense = head.sense}, {described<Keys>()})});
    for (const ConfigEntry& entry : tables_in(head.name)) {
      Keys& keys = all.emplace_back();
      keys.name = entry.key;
      keys.where = entry.where;
      read_one(*entry.value.table(), parts_of(keys));
    }
  }

  // Reports sections, keys, flags and variables that nobody knows.
  void finish();

 private:
  struct KeyParts {
    Describe describe;
    Problems problems, not_built;
  };
  template <class Keys>
  static KeyParts parts_of(Keys& keys) {
    KeyParts parts{[&keys](OptionVisitor& visitor) { keys.describe(visitor); }, {}, {}};
    if constexpr (requires { keys.problems(); }) parts.problems = [&keys] { return keys.problems(); };
    if constexpr (requires { keys.not_built(); }) parts.not_built = [&keys] { return keys.not_built(); };
    return parts;
  }
  void read_one(const ConfigTable& table, const KeyParts& keys);
  // The tables of [name], which is claimed; what is none is reported.
  [[nodiscard]] std::vector<ConfigEntry> tables_in(const std::string& name);
  [[nodiscard]] bool is_on_record(const std::string& name) const;

  void remember(const ConfigTable& table, const OptionReader& reader);
  void unknown_at_the_top();
  void unknown_flags();
  void unknown_variables();

  ConfigTable root_;
  const ConfigInputs& inputs_;
  OtherInputs other_;
  std::string data_folder_;
  std::vector<std::string> labels_;
  std::vector<std::string> sections_;  // names that are known at the top
  std::vector<std::string> top_keys_;
  Language language_;
  std::set<std::string, std::less<>> described_;      // "source.can0.bitrate"
  std::set<std::string, std::less<>> partly_known_;   // "sink.redis."
  std::vector<std::unique_ptr<ConfigTable>> absent_;  // stand for sections that are not there
  std::vector<StreamMention> mentions_;
  EffectiveConfig effective_;
};

}  // namespace cantrail
