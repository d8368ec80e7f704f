// `cantrail init`: a configuration that works, from what is found and a few answers.
#include <cstdio>
#include <iostream>

#include <unistd.h>

#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/init_questions.hpp"
#include "cli/node_file.hpp"
#include "sources/simulate/scenario.hpp"

namespace cantrail::cli {
namespace {

struct InitArguments {
  std::string path = "cantrail.toml";
  std::string net_folder = kNetFolder;
  bool yes = false;
  bool force = false;
};

class Terminal final : public Dialogue {
 public:
  void say(const std::string& line) override { std::fprintf(stderr, "%s\n", line.c_str()); }
  std::optional<std::string> ask(const std::string& question, const std::string& standard) override {
    std::fprintf(stderr, "%s [%s] ", question.c_str(), standard.c_str());
    std::string answer;
    if (std::getline(std::cin, answer)) return answer;
    std::fputc('\n', stderr);
    return std::nullopt;
  }
};

int fail(int code, const std::string& message) {
  std::fprintf(stderr, "cantrail: %s\n", message.c_str());
  return code;
}

Findings look_around(const InitArguments& arguments, FileSystem& files) {
  Findings found;
  found.folder = parent_path(arguments.path);
  found.interfaces = find_can_interfaces(files, arguments.net_folder);
  found.dbcs = find_dbc_files(files, found.folder);
  for (const FoundDbc& dbc : found.dbcs) {
    if (!dbc.problem.empty()) std::fprintf(stderr, "left aside: %s\n", dbc.problem.c_str());
  }
  return found;
}

// The simulated car is decoded with a DBC of its own; a file of that name that says something else is not
// touched.
Status provide_simulated_dbc(InitPlan& plan, const std::string& folder, FileSystem& files) {
  for (const char* name : {"leaf.dbc", "leaf-simulated.dbc"}) {
    plan.simulated_dbc = name;
    const std::string path = join_path(folder, name);
    if (!files.exists(path)) return write_file_atomically(files, path, simulate::leaf_dbc());
    const auto there = read_file(files, path);
    if (there && *there == simulate::leaf_dbc()) return {};
  }
  return {FaultKind::config,
          "leaf.dbc and leaf-simulated.dbc are there and are not the simulated car's: move one"};
}

void tell(const InitPlan& plan, const Findings& found, const std::string& path) {
  std::fprintf(stderr, "wrote %s\n", path.c_str());
  for (const InitBus& bus : plan.buses) {
    bool up = false;
    for (const CanInterface& interface : found.interfaces)
      up |= interface.name == bus.interface && interface.up;
    if (up || !bus.bitrate) continue;
    std::fprintf(stderr, "%s is not up; bring it up with: sudo ip link set %s up type can bitrate %lld\n",
                 bus.interface.c_str(), bus.interface.c_str(), static_cast<long long>(*bus.bitrate));
  }
  std::fprintf(stderr, "next: cantrail check %s && cantrail run %s\n", path.c_str(), path.c_str());
}

int write(InitPlan plan, const Findings& found, const std::string& path, FileSystem& files) {
  if (plan.buses.empty()) {
    if (const auto provided = provide_simulated_dbc(plan, found.folder, files); !provided)
      return fail(kFailed, provided.fault().message);
  }
  const std::string text = config_text(plan, path);
  const NodeFile checked = read_node_text(text, path, files);
  if (!checked.usable()) {
    print_diagnostics(checked.diagnostics);
    return fail(kBadConfig,
                "with these answers the configuration would have the problems above; nothing is written");
  }
  if (const auto written = write_file_atomically(files, path, text); !written)
    return fail(kFailed, written.fault().message);
  tell(plan, found, path);
  return kOk;
}

int init(const InitArguments& arguments) {
  FileSystem& files = real_file_system();
  if (!arguments.force && files.exists(arguments.path))
    return fail(kFailed,
                arguments.path + " is there already: name another file, or say --force to replace it");
  if (!arguments.yes && ::isatty(STDIN_FILENO) == 0)
    return fail(
        kUsage,
        "init asks its questions on a terminal, and standard input is none; --yes takes every default");
  const std::string folder = parent_path(arguments.path);
  if (!files.exists(folder)) return fail(kFailed, "there is no folder " + folder + ": make it first");
  const Findings found = look_around(arguments, files);
  if (arguments.yes)
    return write(default_plan(host_name(), found.interfaces, found.dbcs), found, arguments.path, files);
  std::fputs("Enter takes what stands in brackets.\n", stderr);
  Terminal terminal;
  auto plan = ask_for_plan(host_name(), found, files, terminal);
  if (!plan) return fail(kFailed, "the answers ended early; nothing is written");
  return write(std::move(*plan), found, arguments.path, files);
}

}  // namespace

void add_init(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<InitArguments>();
  CLI::App* command = app.add_subcommand(
      "init", "Write a configuration that works: finds interfaces and DBCs, asks the rest");
  command->add_option("FILE", arguments->path, "what to write")->capture_default_str();
  command->add_flag("-y,--yes", arguments->yes, "take every default, ask nothing");
  command->add_flag("--force", arguments->force, "replace FILE if it is there");
  command
      ->add_option("--net-folder", arguments->net_folder,
                   "where interfaces are looked for, of another system's image for instance")
      ->capture_default_str();
  command->footer(
      "\nLooks for CAN interfaces and, beside FILE, for *.dbc. Without an interface it offers a simulated "
      "car.\n"
      "Examples:\n"
      "  cantrail init\n"
      "  cantrail init --yes node.toml && cantrail run node.toml");
  command->callback([arguments, &chosen] { chosen = [arguments] { return init(*arguments); }; });
}

}  // namespace cantrail::cli
