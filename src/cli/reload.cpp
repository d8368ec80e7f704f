// `cantrail reload`: a running node goes over to its configuration as it is now.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <thread>

#include <boost/json.hpp>

#include "base/clock.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_file.hpp"
#include "cli/reloading.hpp"
#include "journal/folder_lock.hpp"

namespace cantrail::cli {
namespace {

namespace json = boost::json;

constexpr Duration kPatience = std::chrono::minutes(2);
constexpr Duration kLook = std::chrono::milliseconds(50);

struct ReloadArguments {
  NodeArguments node;
  std::string journal;
  bool as_json = false;
};

struct ReloadAnswer {
  std::int64_t process = 0;
  std::string outcome, text;
  std::vector<std::string> lines;
};

std::optional<ReloadAnswer> read_answer(const std::string& path) {
  const auto text = read_file(real_file_system(), path);
  if (!text) return std::nullopt;
  try {
    const json::value document = json::parse(*text);
    const json::object& object = document.as_object();
    const json::object& reload = object.at("reload").as_object();
    ReloadAnswer answer;
    answer.process = object.at("process").to_number<std::int64_t>();
    answer.outcome = reload.at("outcome").as_string();
    for (const json::value& line : object.at("lines").as_array()) answer.lines.emplace_back(line.as_string());
    answer.text = *text;
    return answer;
  } catch (const std::exception&) {  // of Boost.JSON: of another version, or somebody else's
    return std::nullopt;
  }
}

int no_node(const ReloadArguments& arguments, const NodeFile& file, const std::string& folder) {
  if (!file.usable()) print_diagnostics(file.diagnostics);
  std::fprintf(
      stderr,
      "cantrail: no node runs with the journal in %s, as %s says; where the folder is another by now, "
      "--journal names the one that the node has\n",
      folder.c_str(), arguments.node.file(real_file_system()).c_str());
  return file.usable() ? kFailed : kBadConfig;
}

int cannot_ask(pid_t process, int error) {
  std::fprintf(
      stderr, "cantrail: %s\n",
      errno_fault("cannot ask process " + std::to_string(process) + " to reload", error).message.c_str());
  return kFailed;
}

int tell(const ReloadAnswer& answer, bool as_json) {
  const bool went_well = answer.outcome == "applied" || answer.outcome == "unchanged";
  if (as_json) {
    std::printf("%s", answer.text.c_str());
  } else {
    for (const std::string& line : answer.lines)
      std::fprintf(went_well ? stdout : stderr, "%s\n", line.c_str());
  }
  if (went_well) return kOk;
  return answer.outcome == "refused" ? kBadConfig : kFailed;
}

int reload(const ReloadArguments& arguments) {
  const NodeFile file = read_node_file(arguments.node, real_file_system());
  const std::string folder =
      arguments.journal.empty() ? file.config.journal_options().folder : arguments.journal;
  const auto process = journal::FolderLock::holder(folder);
  if (!process) return no_node(arguments, file, folder);
  const std::string path = join_path(folder, kReloadAnswer);
  const auto before = read_answer(path);
  if (::kill(*process, SIGHUP) != 0) return cannot_ask(*process, errno);
  SystemClock clock;
  const MonoTime end = clock.mono() + kPatience;
  while (clock.mono() < end) {
    std::this_thread::sleep_for(kLook);
    const auto answer = read_answer(path);
    const bool is_new = answer && (!before || answer->text != before->text);
    if (is_new && answer->process == *process) return tell(*answer, arguments.as_json);
    if (journal::FolderLock::holder(folder) != process) {
      std::fprintf(stderr, "cantrail: process %d ended without an answer\n", *process);
      return kFailed;
    }
  }
  std::fprintf(stderr, "cantrail: process %d has not answered in two minutes; its log says more\n", *process);
  return kFailed;
}

}  // namespace

void add_reload(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<ReloadArguments>();
  CLI::App* command = app.add_subcommand("reload", "Let a running node go over to its changed configuration");
  arguments->node.add_to(*command);
  command->add_option("--journal", arguments->journal,
                      "the folder of the node's journal, by which it is found");
  command->add_flag("--json", arguments->as_json, "the answer as JSON");
  command->footer(
      "\nThe node reads the configuration that it was started with; what has not changed runs on untouched. "
      "One\n"
      "that is wrong is refused (exit code 78); where something new does not open, what ran before runs "
      "again\n"
      "(1). The same as SIGHUP, with an answer.\n"
      "Example: cantrail check cantrail.toml && cantrail reload cantrail.toml");
  command->callback([arguments, &chosen] { chosen = [arguments] { return reload(*arguments); }; });
}

}  // namespace cantrail::cli
