// `cantrail dbc`: tools for DBC files. One file each, like the commands.
#include "cli/dbc.hpp"

#include "cli/command.hpp"

namespace cantrail::cli {

void add_dbc(CLI::App& app, Run& chosen) {
  CLI::App* command = app.add_subcommand("dbc", "Tools for DBC files");
  command->require_subcommand(1);
  command->footer(
      "\nExamples:\n"
      "  cantrail dbc proto car.dbc > car.proto             protobuf messages for every message of the bus\n"
      "  cantrail dbc descriptor car.dbc -o car.desc        the same as a binary descriptor set\n"
      "  cantrail dbc built-in obd2 > obd2.dbc              what a car answers by OBD-II");
  add_dbc_proto(*command, chosen);
  add_dbc_descriptor(*command, chosen);
  add_dbc_built_in(*command, chosen);
}

}  // namespace cantrail::cli
