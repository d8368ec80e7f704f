#include "cli/reloading.hpp"

#include <algorithm>
#include <map>

#include <unistd.h>

#include "cli/version.hpp"
#include "server/reload_json.hpp"

namespace cantrail::cli {
namespace {

bool is_reloaded(std::string_view section) {
  return section.starts_with("source.") || section.starts_with("sink.") || section.starts_with("copies.") ||
         section == "copies" || section == "alias" || section == "signal" || section.starts_with("signal.");
}

using Values = std::map<std::string, std::string>;

Values values_for_a_restart(const EffectiveConfig& config) {
  Values values;
  for (const EffectiveSection& section : config) {
    if (is_reloaded(section.path)) continue;
    for (const EffectiveValue& value : section.values) {
      values.emplace((section.path.empty() ? "" : section.path + ".") + value.key, value.toml);
    }
  }
  return values;
}

}  // namespace

std::vector<std::string> keys_for_a_restart(const EffectiveConfig& started_with, const EffectiveConfig& now) {
  const Values before = values_for_a_restart(started_with), after = values_for_a_restart(now);
  std::vector<std::string> keys;
  for (const auto& [key, value] : after) {
    const auto known = before.find(key);
    if (known == before.end() || known->second != value) keys.push_back(key);
  }
  for (const auto& [key, value] : before) {
    if (!after.contains(key)) keys.push_back(key);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

Reloading::Reloading(const NodeArguments& arguments, const NodeFile& started_with, FileSystem& files,
                     Log& log)
    : arguments_(arguments),
      started_with_(started_with.effective),
      data_folder_(started_with.config.data.value),
      answer_path_(join_path(started_with.config.journal_options().folder, kReloadAnswer)),
      files_(files),
      log_(log) {}

void Reloading::reload(ServingNode& serving, Clock& clock) {
  ReloadReport report = attempt(serving, clock);
  const bool went_well =
      report.outcome == ReloadOutcome::applied || report.outcome == ReloadOutcome::unchanged;
  // Each line a speaker of its own, so that all of a long list gets through.
  const std::string who = "reload " + std::to_string(serving.node().status().reloads + 1);
  std::size_t line = 0;
  for (const std::string& text : to_lines(report)) {
    log_.write(went_well ? Severity::note : Severity::error, who + "." + std::to_string(++line), text);
  }
  serving.node().note_reload(report);
  answer(report, serving.node().status().reloads);
}

ReloadReport Reloading::attempt(ServingNode& serving, Clock& clock) {
  NodeFile file = read_node_file(arguments_, files_);
  ReloadReport refused;
  refused.at = clock.wall();
  refused.outcome = ReloadOutcome::refused;
  if (!file.usable()) {
    for (const Diagnostic& one : file.diagnostics) refused.problems.push_back(to_string(one));
    return refused;
  }
  std::vector<std::string> keys = keys_for_a_restart(started_with_, file.effective);
  if (file.config.data.value != data_folder_) {
    refused.problems = {"the data folder was " + data_folder_ + " and is to be " + file.config.data.value +
                        ": what lies there cannot move while the node runs"};
    refused.needs_restart = std::move(keys);
    return refused;
  }
  for (const Diagnostic& one : file.diagnostics) log_.write(one.severity, to_string(one.where), one.message);
  ReloadReport report = serving.reload(to_parts(std::move(file.config), kVersion));
  report.needs_restart = std::move(keys);
  return report;
}

void Reloading::answer(const ReloadReport& report, std::uint64_t number) {
  const std::string text = server::reload_answer(report, number, ::getpid());
  if (auto written = write_file_atomically(files_, answer_path_, text); !written) {
    log_.write(Severity::warning, "reload", "the answer cannot be given: " + written.fault().message);
  }
}

}  // namespace cantrail::cli
