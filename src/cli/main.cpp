#include <algorithm>
#include <csignal>
#include <cstdio>
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

int see_help(const std::string& command = {}) {
  std::fprintf(stderr, "try `cantrail%s%s --help`\n", command.empty() ? "" : " ", command.c_str());
  return kUsage;
}

// Looked at before anything else: the library answers `--help` behind any word.
bool is_no_command(const std::string& first_word, const std::vector<std::string>& names) {
  return !first_word.empty() && first_word.front() != '-' &&
         std::find(names.begin(), names.end(), first_word) == names.end();
}

int no_such_command(const std::string& word, const std::vector<std::string>& names) {
  std::fprintf(stderr, "cantrail: there is no command '%s'\n", printable(word).c_str());
  if (const auto near = nearest(word, names)) {
    std::fprintf(stderr, "did you mean `cantrail %s`?\n", near->c_str());
  }
  return see_help();
}

int run_main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
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
  add_journal(app, chosen);
  add_status(app, chosen);
  add_components(app, chosen);
  if (argc == 1) {
    std::fputs(app.help().c_str(), stderr);
    return kUsage;
  }
  const std::string first_word = argv[1];
  const std::vector<std::string> names = command_names(app);
  if (is_no_command(first_word, names)) return no_such_command(first_word, names);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "cantrail: %s\n", error.what());
    return see_help(first_word.starts_with('-') ? "" : first_word);
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
