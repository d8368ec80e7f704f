// `cantrail journal`: its subcommands look at what a node has recorded.
#pragma once

#include "cli/command.hpp"

namespace cantrail::cli {

void add_journal(CLI::App& app, Run& chosen);

}  // namespace cantrail::cli
