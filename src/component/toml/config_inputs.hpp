// What overrides the configuration's file: flags first, then the environment, then what else gives values.
// Passed in, so that tests own all of it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/file.hpp"

namespace cantrail {

// The value of an environment variable, nullopt where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

[[nodiscard]] Environment process_environment();
[[nodiscard]] Environment no_environment();

// The names of the process's variables that begin like ours, so that a slip in one is found.
inline constexpr std::string_view kVariablePrefix = "CANTRAIL_";
[[nodiscard]] std::vector<std::string> process_variables();

struct ConfigInputs {
  Environment environment = no_environment();
  std::map<std::string, std::string> flags;  // "source.can0.bitrate" → "500000"
  FileSystem* files = &real_file_system();   // for the files that hold secrets
  std::vector<std::string> variables;        // that are set and should each fit an option
};

// A value from outside the configuration, and what gave it: a variable, a flag, a line of a file.
struct GivenValue {
  std::string text;
  SourceLocation where;
};

// What else gives values to the options of one section: an env_file, the variables of other systems. Asked
// where neither flag nor environment has the option. `otherwise` is the text that would count without it, of
// options that are texts.
using MoreInputs =
    std::function<std::optional<GivenValue>(const std::string& key, const std::string& otherwise)>;

// "source.can0", "bitrate" → "CANTRAIL_SOURCE_CAN0_BITRATE".
[[nodiscard]] std::string environment_name(std::string_view section, std::string_view key);

}  // namespace cantrail
