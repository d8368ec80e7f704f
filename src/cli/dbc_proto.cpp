// `cantrail dbc proto` and `cantrail dbc descriptor`: the protobuf messages in which recordings and viewers
// get the rows of a bus.
#include <algorithm>
#include <memory>

#include <unistd.h>

#include "base/text.hpp"
#include "cli/dbc.hpp"
#include "cli/dbc_files.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "decode/catalog/catalog_compiler.hpp"
#include "encode/protobuf/descriptors.hpp"

namespace cantrail::cli {
namespace {

using encode::protobuf::StreamTypes;

struct ProtoArguments {
  std::vector<std::string> dbcs;
  std::string package{encode::protobuf::kStreamPackage};
  std::string output;
  bool binary = false;
};

int complain(const Fault& fault, int exit_code) {
  std::fprintf(stderr, "cantrail: %s\n", fault.message.c_str());
  return exit_code;
}

// Words with dots between. `google` is protobuf's own.
std::string problem_of_package(const std::string& package) {
  for (const std::string_view word : split(package, '.')) {
    const bool legal =
        !word.empty() && (word.front() < '0' || word.front() > '9') &&
        std::all_of(word.begin(), word.end(), [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
    if (!legal) {
      return "'" + printable(package) +
             "' is no package: letters, digits and underscores, words with dots between, as " +
             std::string(encode::protobuf::kStreamPackage);
    }
  }
  return package == "google" || package.starts_with("google.") ? "the package 'google' is protobuf's own"
                                                               : "";
}

// Each DBC on a channel of its own, so that none hides a message of another.
Result<CompiledCatalogPtr> compile(std::vector<DbcText> dbcs) {
  CatalogSpec spec;
  spec.sources = {{"dbc", "dbc"}};
  for (std::uint32_t i = 0; i < dbcs.size(); ++i) spec.channels.push_back({dbcs[i].name, 0, {i}});
  spec.dbcs = std::move(dbcs);
  Diagnostics diagnostics;
  auto compiled = CatalogCompiler().compile(std::move(spec), diagnostics);
  for (const Diagnostic& diagnostic : diagnostics)
    std::fprintf(stderr, "%s\n", to_string(diagnostic).c_str());
  return compiled;
}

int write_out(const ProtoArguments& arguments, std::string content) {
  if (!arguments.output.empty()) {
    const Status written = write_file_atomically(real_file_system(), arguments.output, content);
    return written ? kOk : complain(written.fault(), kFailed);
  }
  Output output;
  output.text() = std::move(content);
  return output.flush() || output.reader_gone() ? kOk : kFailed;
}

int run(const ProtoArguments& arguments) {
  if (arguments.binary && arguments.output.empty() && ::isatty(STDOUT_FILENO) != 0) {
    return complain({FaultKind::config, "a descriptor set is binary: name its file with -o"}, kUsage);
  }
  auto dbcs = read_dbc_files(arguments.dbcs, real_file_system());
  if (!dbcs) return complain(dbcs.fault(), kFailed);
  const auto compiled = compile(std::move(*dbcs));
  if (!compiled) return complain(compiled.fault(), kBadData);
  const StreamTypes types(*(*compiled)->catalog, arguments.package);
  std::string set = encode::protobuf::descriptor_set(types);
  if (arguments.binary) return write_out(arguments, std::move(set));
  auto text = encode::protobuf::proto_text(set);
  if (!text) return complain(text.fault(), kFailed);
  return write_out(arguments, std::move(*text));
}

void add(CLI::App& dbc, Run& chosen, const char* name, const char* summary, const char* footer, bool binary) {
  auto arguments = std::make_shared<ProtoArguments>();
  arguments->binary = binary;
  CLI::App* command = dbc.add_subcommand(name, summary);
  command
      ->add_option("FILE", arguments->dbcs,
                   "DBC files; of two messages with one name the second gets a number")
      ->required();
  command->add_option("-o,--output", arguments->output, "write to this file, not to standard output");
  command
      ->add_option("--package", arguments->package, "the package of the messages; recordings use the default")
      ->capture_default_str()
      ->check(problem_of_package);
  command->footer(footer);
  command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace

void add_dbc_proto(CLI::App& dbc, Run& chosen) {
  add(dbc, chosen, "proto", "Print protobuf messages for the messages of DBC files, as .proto text",
      "\nOne message each, its signals numbered in their order; value tables are enums; units, ranges and "
      "what was\n"
      "renamed stand in comments.\n"
      "Examples:\n"
      "  cantrail dbc proto car.dbc > car.proto && protoc --python_out=. car.proto\n"
      "  cantrail dbc proto car.dbc bms.dbc --package race_car.stream -o race_car.proto",
      false);
}

void add_dbc_descriptor(CLI::App& dbc, Run& chosen) {
  add(dbc, chosen, "descriptor", "Write the same messages as a binary descriptor set (FileDescriptorSet)",
      "\nWhat `protoc --include_imports --include_source_info --descriptor_set_out` makes of `cantrail dbc "
      "proto`: for\n"
      "viewers and programs that read messages without generated code.\n"
      "Examples:\n"
      "  cantrail dbc descriptor car.dbc -o car.desc\n"
      "  protoc --descriptor_set_in=car.desc --decode=cantrail.stream.Battery < battery.bin",
      true);
}

}  // namespace cantrail::cli
