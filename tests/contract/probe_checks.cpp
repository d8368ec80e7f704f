#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>

#include "contract/checks.hpp"
#include "contract/setup.hpp"

namespace cantrail::contract {
namespace {

constexpr Duration kPatience = std::chrono::seconds(5);

// A component of either kind, as a probe sees it. Empty: these options are not said.
using Probe = std::function<std::optional<Findings>(const ProbeContext&)>;

template <class Config>
Probe probe_of(std::unique_ptr<Config> config) {
  if (config == nullptr) return {};
  return [shared = std::shared_ptr<Config>(std::move(config))](const ProbeContext& context) {
    return shared->probe(context);
  };
}

Probe probe_of(const ComponentInfo& component, Setup& setup, std::string_view which) {
  return component.kind == ComponentKind::source ? probe_of(setup.source(which))
                                                 : probe_of(setup.sink(which));
}

// Every file and folder below with its content.
std::map<std::string, std::string> all_below(const std::string& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::string& content = all[entry.path()];
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    content = {std::istreambuf_iterator<char>(file), {}};
  }
  return all;
}

Verdict nothing_said(const Setup& setup, std::string_view which) {
  if (setup.skip()) return {{}, *setup.skip()};
  return {{},
          "contract.toml has no [" + std::string(which) + "] options that can be read: " + setup.problem()};
}

Verdict leaves_everything_as_it_is_when_probed(const ComponentInfo& component, const std::string& folder) {
  Setup setup(component, folder);
  Verdict verdict;
  for (const std::string_view which : {"good", "bad"}) {
    const Probe probe = probe_of(component, setup, which);
    if (!probe) continue;
    const auto before = all_below(setup.folder());
    SystemClock clock;
    const MonoTime start = clock.mono();
    const auto first = probe(setup.probe_context());
    if (!first) return {{}, "it has nothing to look at"};
    if (clock.mono() - start > kPatience) verdict.complaints.emplace_back("a probe takes more than 5 s");
    const auto second = probe(setup.probe_context());
    if (second && second->size() != first->size()) {
      verdict.complaints.emplace_back("a second probe finds something else");
    }
    if (all_below(setup.folder()) != before) verdict.complaints.emplace_back("a probe changes files");
  }
  return verdict;
}

Verdict finds_no_error_where_it_opens(const ComponentInfo& component, const std::string& folder) {
  Setup setup(component, folder);
  const Probe good = setup.skip() ? Probe() : probe_of(component, setup, "good");
  if (!good) return nothing_said(setup, "good");
  const auto found = good(setup.probe_context());
  if (!found) return {{}, "it has nothing to look at"};
  Verdict verdict;
  for (const Finding& finding : *found) verdict.complaints.push_back(finding.message);
  return verdict;
}

Verdict says_when_probed_why_it_cannot_open(const ComponentInfo& component, const std::string& folder) {
  Setup setup(component, folder);
  const Probe bad = probe_of(component, setup, "bad");
  if (!bad) return nothing_said(setup, "bad");
  const auto found = bad(setup.probe_context());
  if (!found) return {{}, "it has nothing to look at"};
  Verdict verdict;
  if (found->empty()) verdict.complaints.emplace_back("a probe finds nothing where it cannot open");
  for (const Finding& finding : *found) {
    const std::string& text = finding.message;
    if (text.empty() || text.ends_with('.') || text.find('\n') != std::string::npos) {
      verdict.complaints.push_back("a finding is one line without full stop: " + text);
    }
    if (finding.severity == Severity::note) verdict.complaints.push_back("a note is no finding: " + text);
  }
  return verdict;
}

constexpr std::array kChecks{
    Check{"LeavesEverythingAsItIsWhenProbed", leaves_everything_as_it_is_when_probed},
    Check{"FindsNoErrorWhereItOpens", finds_no_error_where_it_opens},
    Check{"SaysWhenProbedWhyItCannotOpen", says_when_probed_why_it_cannot_open}};

}  // namespace

std::span<const Check> probe_checks() {
  return kChecks;
}

}  // namespace cantrail::contract
