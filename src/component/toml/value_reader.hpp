// Puts one value of a configuration where an option wants it, or says what is wrong with it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "component/options.hpp"
#include "component/toml/config_value.hpp"

namespace cantrail {

// A stream or field that a value names, to be looked up in the catalog.
struct StreamMention {
  SourceLocation where;
  std::string subject;  // "'only' in [sink.cloud]"
  std::string text;
  bool is_pattern = false;  // else one field
  bool of_signal = false;   // then it must be a number, and none of a named signal; or the name of one
};

class ValueReader {
 public:
  // `subject`: how messages call the option ("'bitrate' in [source.can0]"). `folder`: what relative paths
  // start from; empty: they stay as they are. `mentions`: where named streams are noted; nullptr: nowhere.
  // `labels`: the names that templates may have beside their option's own.
  ValueReader(const OptionSpec& spec, std::string subject, std::string folder, Diagnostics& diagnostics,
              std::vector<StreamMention>* mentions = nullptr, std::span<const std::string> labels = {})
      : spec_(spec),
        subject_(std::move(subject)),
        folder_(std::move(folder)),
        diagnostics_(diagnostics),
        mentions_(mentions),
        labels_(labels) {}

  // False: said in the diagnostics, at the value's place; the target keeps what it had, but
  // for a list of paths: that is taken with empty ones in place of those that are wrong.
  bool read(const ConfigValue& value);

 private:
  bool assign(bool* target, const ConfigValue& value);
  bool assign(std::int64_t* target, const ConfigValue& value);
  bool assign(double* target, const ConfigValue& value);
  bool assign(std::string* target, const ConfigValue& value);
  bool assign(Duration* target, const ConfigValue& value);
  bool assign(Bytes* target, const ConfigValue& value);
  bool assign(Path* target, const ConfigValue& value);
  bool assign(Rate* target, const ConfigValue& value);
  bool assign(Bandwidth* target, const ConfigValue& value);
  bool assign(Keep* target, const ConfigValue& value);
  bool assign(Secret* target, const ConfigValue& value);
  bool assign(Template* target, const ConfigValue& value);
  bool assign(FieldReference* target, const ConfigValue& value);
  bool assign(StreamGlob* target, const ConfigValue& value);
  bool assign(Point* target, const ConfigValue& value);
  bool assign(std::vector<NamedTemplate>* target, const ConfigValue& value);
  bool assign(std::vector<TemplateRule>* target, const ConfigValue& value);
  bool assign(std::vector<NamedRate>* target, const ConfigValue& value);
  template <class Named, class T>
  bool assign_table(std::vector<Named>* target, T Named::*what, const ConfigValue& value,
                    std::string_view example);
  template <class T>
  bool assign(std::vector<T>* target, const ConfigValue& value);
  template <class T>
  bool assign(std::optional<T>* target, const ConfigValue& value);

  void mention(const ConfigValue& value, const std::string& text, bool is_pattern);
  bool wrong(const ConfigValue& value, const std::string& message);
  bool wrong_kind(const ConfigValue& value, std::string_view wanted, const std::string& advice = {});
  bool in_range(const ConfigValue& value, double number, std::string (*show)(double));

  const OptionSpec& spec_;
  std::string subject_;
  std::string folder_;
  Diagnostics& diagnostics_;
  std::vector<StreamMention>* mentions_;
  std::span<const std::string> labels_;
};

}  // namespace cantrail
