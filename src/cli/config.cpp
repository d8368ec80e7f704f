// `cantrail config`: what counts in the end and where it came from; the language itself, as a schema and as a
// reference.
#include <cstdio>

#include <boost/json.hpp>

#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_file.hpp"
#include "cli/output.hpp"
#include "cli/reference/json_text.hpp"
#include "cli/reference/pages.hpp"
#include "cli/reference/schema.hpp"

namespace cantrail::cli {
namespace {

struct ShowArguments {
  NodeArguments node;
  bool origin = false;
};

int print(std::string text, int exit_code = kOk) {
  Output output;
  output.text() = std::move(text);
  output.flush();
  return output.failed() && !output.reader_gone() ? kFailed : exit_code;
}

int show(const ShowArguments& arguments) {
  const NodeFile file = read_node_file(arguments.node, real_file_system());
  print_diagnostics(file.diagnostics);
  return print(to_toml(file.effective, arguments.origin), file.usable() ? kOk : kBadConfig);
}

int print_schema(bool of_fragment) {
  const SchemaUse use = of_fragment ? SchemaUse::fragment : SchemaUse::whole;
  return print(json_text(schema_of(configuration_language(), use)));
}

int write_reference(const std::string& folder) {
  FileSystem& files = real_file_system();
  if (auto made = files.make_directories(folder); !made) {
    std::fprintf(stderr, "cantrail: %s\n", made.fault().message.c_str());
    return kFailed;
  }
  for (const Page& page : reference_pages(configuration_language(), components())) {
    if (auto written = write_file_atomically(files, join_path(folder, page.name), page.text); !written) {
      std::fprintf(stderr, "cantrail: %s\n", written.fault().message.c_str());
      return kFailed;
    }
  }
  return kOk;
}

int print_reference() {
  std::string text;
  for (const Page& page : reference_pages(configuration_language(), components())) {
    text += (text.empty() ? "" : "\n") + page.text;
  }
  return print(std::move(text));
}

void add_show(CLI::App& config, Run& chosen) {
  auto arguments = std::make_shared<ShowArguments>();
  CLI::App* command = config.add_subcommand("show", "Print what counts in the end, as TOML");
  arguments->node.add_to(*command);
  command->add_flag("--origin", arguments->origin,
                    "say of each value where it came from: flag, environment variable, file:line, default");
  command->footer(
      "\nFiles of conf.d, `like`, env files, the environment and --set are worked in. Secrets are \"***\".\n"
      "Example: cantrail config show --origin cantrail.toml");
  command->callback([arguments, &chosen] { chosen = [arguments] { return show(*arguments); }; });
}

void add_schema(CLI::App& config, Run& chosen) {
  auto of_fragment = std::make_shared<bool>(false);
  CLI::App* command = config.add_subcommand("schema", "Print the language as a JSON Schema, for editors");
  command->add_flag("--fragment", *of_fragment, "for the files of conf.d, in which nothing is required");
  command->footer(
      "\nExample: cantrail config schema > cantrail.schema.json\n"
      "and as the first line of cantrail.toml:  #:schema ./cantrail.schema.json");
  command->callback(
      [of_fragment, &chosen] { chosen = [of_fragment] { return print_schema(*of_fragment); }; });
}

void add_reference(CLI::App& config, Run& chosen) {
  auto folder = std::make_shared<std::string>();
  CLI::App* command = config.add_subcommand("reference", "Print the language key by key, as Markdown");
  command->add_option("--folder", *folder, "write it there instead: one page, and one for each component");
  command->callback([folder, &chosen] {
    chosen = [folder] { return folder->empty() ? print_reference() : write_reference(*folder); };
  });
}

}  // namespace

void add_config(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("config", "Look at a configuration, or at what one may say");
  command->require_subcommand(1);
  add_show(*command, chosen);
  add_schema(*command, chosen);
  add_reference(*command, chosen);
}

}  // namespace cantrail::cli
