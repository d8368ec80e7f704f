#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/version.hpp"

namespace cantrail::cli {
namespace {

constexpr const char* kExamples = R"(
Examples:
  cantrail demo                                       see it work: a simulated electric car on http://127.0.0.1:8080
  cantrail decode drive.log --dbc car.dbc             what was on the bus, as JSON lines
  cantrail check cantrail.toml && cantrail run cantrail.toml
  cantrail simulate leaf --to socketcan:vcan0         an electric car's telemetry on a virtual bus
  cantrail replay drive.log.xz --to cannelloni:10.0.0.7:20000 --speed 10

`cantrail COMMAND --help` explains each command. Exit codes: 0 ok, 1 failed, 2 usage, 65 bad data, 78 bad config.)";

int usage_error(const CLI::App& app, const CLI::ParseError& error, const std::string& first_word) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
  const bool known = std::find(names.begin(), names.end(), first_word) != names.end();
  const bool no_command = !first_word.empty() && first_word.front() != '-' && !known;
  if (no_command) {
    std::fprintf(stderr, "cantrail: there is no command '%s'\n", printable(first_word).c_str());
    const auto near = nearest(first_word, names);
    if (near) std::fprintf(stderr, "did you mean `cantrail %s`?\n", near->c_str());
  } else {
    std::fprintf(stderr, "cantrail: %s\n", error.what());
  }
  std::fprintf(stderr, "try `cantrail%s%s --help`\n", known ? " " : "", known ? first_word.c_str() : "");
  return kUsage;
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
  add_run(app, chosen);
  add_check(app, chosen);
  add_decode(app, chosen);
  add_replay(app, chosen);
  add_simulate(app, chosen);
  add_status(app, chosen);
  add_components(app, chosen);
  if (argc == 1) {
    std::fputs(app.help().c_str(), stderr);
    return kUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, argv[1]);
  }
  return chosen ? chosen() : kUsage;
}

}  // namespace
}  // namespace cantrail::cli

int main(int argc, char** argv) {
  return cantrail::cli::run_main(argc, argv);
}
