// `cantrail dbc built-in`: the DBCs that the program carries.
#include <cstdio>
#include <memory>
#include <string>

#include "cli/dbc.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "decode/obd2/answers.hpp"
#include "sources/simulate/scenario.hpp"

namespace cantrail::cli {
namespace {

int print_dbc(const std::string& name) {
  const std::string& text = name == "obd2"   ? obd2::built_in_dbc()
                            : name == "leaf" ? simulate::leaf_dbc()
                                             : simulate::grow_room_dbc();
  Output out;
  out.text() += text;
  if (out.flush()) return kOk;
  std::fputs("cantrail: standard output is closed\n", stderr);
  return kFailed;
}

}  // namespace

void add_dbc_built_in(CLI::App& dbc, Run& chosen) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = dbc.add_subcommand("built-in", "Print a DBC that cantrail carries");
  command->add_option("NAME", *name, "obd2 (answers of OBD-II), leaf, grow-room")
      ->required()
      ->check(CLI::IsMember({"obd2", "leaf", "grow-room"}));
  command->footer("\nExample: cantrail dbc built-in obd2 > obd2.dbc");
  command->callback([name, &chosen] { chosen = [name] { return print_dbc(*name); }; });
}

}  // namespace cantrail::cli
