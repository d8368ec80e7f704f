#include <algorithm>
#include <csignal>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/journal.hpp"
#include "cli/output.hpp"
#include "cli/version.hpp"

namespace cantrail::cli {
namespace {

constexpr const char* kExamples = R"(
Examples:
  cantrail demo                                       see it work: a simulated electric car on http://127.0.0.1:8080
  cantrail decode drive.log --dbc car.dbc             what was on the bus, as JSON lines
  cantrail init                                       a configuration from what is found and a few answers
  cantrail check cantrail.toml && cantrail run cantrail.toml
  cantrail simulate leaf --to socketcan:vcan0         an electric car's telemetry on a virtual bus
  cantrail replay drive.log.xz --to cannelloni:10.0.0.7:20000 --speed 10

`cantrail COMMAND --help` explains each command. Exit codes: 0 ok, 1 failed, 2 usage, 65 bad data, 78 bad config.)";

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
  return names;
}

int see_help(const std::string& command) {
  std::fprintf(stderr, "try `%s --help`\n", command.c_str());
  return kUsage;
}

int no_such_command(const std::string& group, const std::string& word,
                    const std::vector<std::string>& names) {
  std::fprintf(stderr, "cantrail: there is no command '%s'\n",
               printable(group.empty() ? word : group + " " + word).c_str());
  const std::string before = group.empty() ? "cantrail" : "cantrail " + group;
  if (const auto near = nearest(word, names)) {
    std::fprintf(stderr, "did you mean `%s %s`?\n", before.c_str(), near->c_str());
  }
  return see_help(before);
}

// Looked at before anything else: the library answers `--help` behind any word. 0: there is a command to run.
int check_command(const CLI::App& app, std::span<char* const> words) {
  const CLI::App* group = &app;
  std::string path;
  for (const std::string word : words) {
    const std::vector<std::string> names = command_names(*group);
    if (names.empty() || word.empty() || word.front() == '-') return 0;
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      return no_such_command(path, word, names);
    }
    path += (path.empty() ? "" : " ") + word;
    group = group->get_subcommand(word);
  }
  if (command_names(*group).empty()) return 0;
  std::fputs(group->help(group == &app ? "" : "cantrail").c_str(), stderr);
  return kUsage;
}

int run_main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit of file sizes is an error of the write that meets it
  CLI::App app{
      "cantrail: a CAN bus or its recording, captured, decoded, kept and served, and nothing lost silently",
      "cantrail"};
  app.set_version_flag("--version", std::string("cantrail ") + kVersion);
  app.footer(kExamples);
  app.require_subcommand(1);
  Run chosen;
  add_demo(app, chosen);
  add_init(app, chosen);
  add_run(app, chosen);
  add_reload(app, chosen);
  add_check(app, chosen);
  add_config(app, chosen);
  add_decode(app, chosen);
  add_dbc(app, chosen);
  add_replay(app, chosen);
  add_simulate(app, chosen);
  add_obd2(app, chosen);
  add_convert(app, chosen);
  add_info(app, chosen);
  add_recover(app, chosen);
  add_journal(app, chosen);
  add_status(app, chosen);
  add_components(app, chosen);
  if (const int usage = check_command(app, std::span(argv, argc).subspan(1)); usage != 0) return usage;
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "cantrail: %s\n", error.what());
    return see_help(*argv[1] == '-' ? "cantrail" : std::string("cantrail ") + argv[1]);
  }
  return chosen ? chosen() : kUsage;
}

}  // namespace
}  // namespace cantrail::cli

int main(int argc, char** argv) {
  // Exceptions of libraries end in their adapters; one that gets here is told like any other failure.
  int code = cantrail::cli::kFailed;
  try {
    code = cantrail::cli::run_main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cantrail: %s\n", error.what());
  }
  return cantrail::cli::close_standard_output(code);
}
