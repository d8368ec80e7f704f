// The subcommands of `cantrail dbc`.
#pragma once

#include "cli/command.hpp"

namespace cantrail::cli {

void add_dbc_built_in(CLI::App& dbc, Run& chosen);
void add_dbc_proto(CLI::App& dbc, Run& chosen);
void add_dbc_descriptor(CLI::App& dbc, Run& chosen);

}  // namespace cantrail::cli
