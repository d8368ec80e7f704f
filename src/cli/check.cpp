// `cantrail check`: everything that is wrong with a configuration, at once; and what it comes to.
#include <cstdio>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/check_report.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_file.hpp"

namespace cantrail::cli {
namespace {

struct CheckArguments {
  NodeArguments node;
  bool connect = false;
  bool as_json = false;
};

// What a sink wants from the journal, and the journal does not have any more with the most that can come.
void add_short_journal(const NodeFile& file, const Forecast& forecast, Diagnostics& findings) {
  const LaneForecast& journal = forecast.lanes.back();
  if (!journal.holds) return;
  for (const SinkSection& sink : file.config.sinks) {
    if (!sink.enabled || sink.config == nullptr || sink.config->looks_back() <= *journal.holds) continue;
    const std::string section = "sink." + sink.name;
    findings.push_back({Severity::warning, file.places.of(section, "before:"),
                        "'before' in [" + section + "] is " + format_duration(sink.config->looks_back()) +
                            ", but " +
                            (journal.bytes->is_exact() ? "the" : "with the most that can come the") +
                            " journal holds " + format_duration(*journal.holds) + " (" + journal.limit +
                            "): what is older is missing from the recording; raise 'keep' in [journal], or "
                            "shorten 'before'"});
  }
}

CheckReport examine(const CheckArguments& arguments, const NodeFile& file) {
  CheckReport report;
  report.path = arguments.node.file(real_file_system());
  report.findings = file.diagnostics;
  report.not_in_build = file.not_in_build;
  const bool is_right = report.errors() == file.not_in_build.size();
  if (!is_right) return report;
  report.forecast = forecast_of(file.config, real_file_system());
  for (const std::string& source : report.forecast->idle) {
    const std::string section = "source." + source;
    report.findings.push_back({Severity::warning, file.places.of(section, "dbc"),
                               "[" + section +
                                   "] dbc: no DBC describes one of the frames that this source "
                                   "makes, so nothing is decoded; name the DBC of its scenario"});
  }
  add_short_journal(file, *report.forecast, report.findings);
  if (!arguments.connect) return report;
  SystemClock clock;
  report.targets = look_at_targets(file, real_file_system(), clock);
  for (const LookedAt& target : *report.targets) {
    report.findings.insert(report.findings.end(), target.found.begin(), target.found.end());
  }
  return report;
}

// On standard output where all is well, else on standard error.
void print_verdict(const CheckReport& report, const NodeFile& file) {
  const char* path = report.path.c_str();
  const std::string warnings = counted(report.warnings(), "warning");
  if (report.errors() == 0) {
    std::printf("%s: ok, %s, %s, %s\n", path, counted(file.config.sources.size(), "source").c_str(),
                counted(file.config.sinks.size(), "sink").c_str(), warnings.c_str());
    return;
  }
  std::string lacking;
  for (const std::string& what : report.not_in_build) lacking += (lacking.empty() ? "" : ", ") + what;
  if (report.errors() == report.not_in_build.size()) {
    std::fprintf(stderr, "%s: right, but this build lacks %s; %s\n", path, lacking.c_str(), warnings.c_str());
  } else {
    std::fprintf(stderr, "%s: %s, %s\n", path, counted(report.errors(), "error").c_str(), warnings.c_str());
    if (!lacking.empty()) std::fprintf(stderr, "%s: this build lacks %s\n", path, lacking.c_str());
  }
}

int check(const CheckArguments& arguments) {
  const NodeFile file = read_node_file(arguments.node, real_file_system());
  const CheckReport report = examine(arguments, file);
  if (arguments.as_json) {
    std::printf("%s", report_json(report).c_str());
  } else {
    print_diagnostics(report.findings);
    print_verdict(report, file);
    if (report.forecast) std::printf("\n%s", forecast_text(*report.forecast).c_str());
    if (report.targets) std::printf("\n%s", to_text(*report.targets).c_str());
  }
  return report.errors() == 0 ? kOk : kBadConfig;
}

}  // namespace

void add_check(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App* command = app.add_subcommand("check", "Find everything that is wrong with a configuration");
  arguments->node.add_to(*command);
  command->add_flag("--connect", arguments->connect,
                    "look at interfaces, ports, files and folders as well; nothing is started or changed");
  command->add_flag("--json", arguments->as_json, "everything as one JSON document");
  command->footer(
      "\nReports every problem with file:line:column and what to do; exit code 78 if there is an error.\n"
      "Then what comes in a day, at the cycle times of the DBCs or what a bus lets through, and how far "
      "back\n"
      "that lets stores reach.\n"
      "Example: cantrail check cantrail.toml && cantrail run cantrail.toml");
  command->callback([arguments, &chosen] { chosen = [arguments] { return check(*arguments); }; });
}

}  // namespace cantrail::cli
