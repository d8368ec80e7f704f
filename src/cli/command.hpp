// What every subcommand is: a function that adds itself to the command line and says what to run. One file
// each.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace cantrail::cli {

// Set by the subcommand that was chosen; returns the exit code.
using Run = std::function<int()>;

void add_init(CLI::App& app, Run& chosen);
void add_run(CLI::App& app, Run& chosen);
void add_reload(CLI::App& app, Run& chosen);
void add_check(CLI::App& app, Run& chosen);
void add_config(CLI::App& app, Run& chosen);
void add_convert(CLI::App& app, Run& chosen);
void add_demo(CLI::App& app, Run& chosen);
void add_dbc(CLI::App& app, Run& chosen);
void add_decode(CLI::App& app, Run& chosen);
void add_replay(CLI::App& app, Run& chosen);
void add_obd2(CLI::App& app, Run& chosen);
void add_simulate(CLI::App& app, Run& chosen);
void add_status(CLI::App& app, Run& chosen);
void add_components(CLI::App& app, Run& chosen);
void add_info(CLI::App& app, Run& chosen);
void add_recover(CLI::App& app, Run& chosen);

}  // namespace cantrail::cli
