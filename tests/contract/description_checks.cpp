#include <algorithm>
#include <array>
#include <set>

#include "component/reference.hpp"
#include "contract/checks.hpp"
#include "contract/readme_options.hpp"
#include "contract/setup.hpp"
#include "pipeline/config/component_section.hpp"
#include "pipeline/config/node_config_reader.hpp"

namespace cantrail::contract {
namespace {

// Describes a fresh configuration of the component to a visitor, `times` times.
void describe(const ComponentInfo& component, OptionVisitor& visitor, int times = 1) {
  if (component.kind == ComponentKind::source) {
    const auto config = component.make_source();
    for (int i = 0; i < times; ++i) config->describe(visitor);
  } else {
    const auto config = component.make_sink();
    for (int i = 0; i < times; ++i) config->describe(visitor);
  }
}

class RequiredKeys final : public OptionVisitor {
 public:
  void option(const OptionSpec& spec) override {
    if (spec.required) found.insert(spec.name);
  }
  std::set<std::string> found;
};

Verdict describes_itself_twice_the_same(const ComponentInfo& component, const std::string&) {
  OptionReference once, twice;
  describe(component, once);
  describe(component, twice, 2);
  const std::string one = once.plain(), two = twice.plain();
  return two == one + one ? Verdict{} : Verdict{{"once:\n" + one + "twice:\n" + two}, ""};
}

Verdict has_one_sense_for_every_option(const ComponentInfo& component, const std::string&) {
  Verdict verdict;
  OptionReference own, common;
  describe(component, own);
  OriginKeys{}.describe(common);
  if (component.kind == ComponentKind::source) {
    SourceKeys{}.describe(common);
  } else {
    SinkKeys{}.describe(common);
  }
  std::set<std::string> seen(common.names().begin(), common.names().end());
  for (const std::string& name : own.names()) {
    if (!seen.insert(name).second)
      verdict.complaints.push_back("'" + name + "' is there twice, or a key of every lane");
    const bool snake = std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!snake) verdict.complaints.push_back("'" + name + "' is not snake_case");
  }
  class Senses final : public OptionVisitor {
   public:
    explicit Senses(Verdict& to) : verdict(to) {}
    void option(const OptionSpec& spec) override {
      if (spec.sense.empty() || spec.sense.ends_with('.')) {
        verdict.complaints.push_back("the sense of '" + spec.name + "' is a line without full stop");
      }
    }
    Verdict& verdict;
  } senses(verdict);
  describe(component, senses);
  return verdict;
}

Verdict defaults_have_no_problems(const ComponentInfo& component, const std::string&) {
  RequiredKeys required;
  describe(component, required);
  Verdict verdict;
  for (const std::string& problem : component.kind == ComponentKind::source
                                        ? component.make_source()->problems()
                                        : component.make_sink()->problems()) {
    if (!required.found.contains(problem.substr(0, problem.find_first_of(": ")))) {
      verdict.complaints.push_back(problem);
    }
  }
  return verdict;
}

Verdict sample_passes_check(const ComponentInfo& component, const std::string&) {
  NodeConfigReader reader({{&component, 1}, {}, real_file_system()});
  (void)reader.read_text("config_version = 1\n" + std::string(component.sample), "sample.toml");
  Verdict verdict;
  for (const Diagnostic& found : reader.finish()) {
    const bool is_the_users = found.message.find(": there is no file ") != std::string::npos ||
                              found.message.starts_with("there is no folder ");
    if (!is_the_users) verdict.complaints.push_back(to_string(found));
  }
  if (component.sample.empty()) verdict.complaints.emplace_back("there is no sample");
  return verdict;
}

Verdict readme_shows_the_sample(const ComponentInfo& component, const std::string& source_folder) {
  if (source_folder.empty()) return {{}, "a component of a test has no README"};
  const auto readme = read_file(real_file_system(), source_folder + "/README.md");
  if (!readme) return {{readme.fault().message}, ""};
  const bool shown = readme->find("```toml\n" + std::string(component.sample) + "```\n") != std::string::npos;
  return shown ? Verdict{} : Verdict{{"README.md does not show the sample word for word"}, ""};
}

Verdict readme_lists_the_options(const ComponentInfo& component, const std::string& source_folder) {
  if (source_folder.empty()) return {{}, "a component of a test has no README"};
  const auto readme = read_file(real_file_system(), source_folder + "/README.md");
  if (!readme) return {{readme.fault().message}, ""};
  DescribedOptions options;
  describe_options(component, options);
  return {table_complaints(*readme, options.rows), ""};
}

Verdict says_what_it_is_in_one_line(const ComponentInfo& component, const std::string&) {
  const std::string_view line = component.summary;
  const bool good = !line.empty() && line.find('\n') == std::string_view::npos && !line.ends_with('.');
  return good ? Verdict{} : Verdict{{"the summary is one line without full stop: " + std::string(line)}, ""};
}

constexpr std::array kChecks{Check{"DescribesItselfTwiceTheSame", describes_itself_twice_the_same},
                             Check{"HasOneSenseForEveryOption", has_one_sense_for_every_option},
                             Check{"DefaultsHaveNoProblems", defaults_have_no_problems},
                             Check{"SamplePassesCheck", sample_passes_check},
                             Check{"ReadmeShowsTheSample", readme_shows_the_sample},
                             Check{"ReadmeListsTheOptions", readme_lists_the_options},
                             Check{"SaysWhatItIsInOneLine", says_what_it_is_in_one_line}};

}  // namespace

std::span<const Check> description_checks() {
  return kChecks;
}

}  // namespace cantrail::contract
