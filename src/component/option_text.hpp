// Options as a reader of messages and of the reference sees them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "component/options.hpp"

namespace cantrail {

[[nodiscard]] std::string number_text(double number);               // the shortest; whole numbers with commas
[[nodiscard]] std::string seconds_text(double seconds);             // "1m 30s"
[[nodiscard]] std::string bytes_text(double bytes);                 // "64 MiB"
[[nodiscard]] std::string bandwidth_text(double bytes_per_second);  // "50 KB/s"

// As the file would say it, and exact: "1h30m", "64MiB".
[[nodiscard]] std::string exact_duration(Duration value);
[[nodiscard]] std::string exact_bytes(std::uint64_t count);
// A string in quotes, as TOML has it.
[[nodiscard]] std::string quoted_text(std::string_view text);

// "1,000 to 1,000,000", "at least 1 KiB", "at most 10s"; empty where there are no limits.
[[nodiscard]] std::string range_text(const OptionSpec& spec);
// "\"now\" or \"oldest\""; empty where everything goes.
[[nodiscard]] std::string choices_text(const OptionSpec& spec);
// "whole number", "time", "list of strings"
[[nodiscard]] std::string type_text(const OptionSpec& spec);
// What stands for the option in the file: its name; of a secret `password`, `password_file`.
[[nodiscard]] std::string key_of(const OptionSpec& spec);
// The target's value as it would stand in the file: `"10s"`, `true`, `[]`; empty where there is none.
[[nodiscard]] std::string value_text(const OptionSpec& spec);
// The same of a description's target, whose value is the default; empty also where that says nothing: "", [].
[[nodiscard]] std::string default_text(const OptionSpec& spec);

}  // namespace cantrail
