// Programs that run beside a benchmark: what others make of the same input, live.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cantrail::bench {

// A word of a shell's command line that the shell leaves as it is.
[[nodiscard]] std::string shell_word(std::string_view word);

// What a shell's command line prints to standard output; nullopt where it did not end with 0.
[[nodiscard]] std::optional<std::string> output_of(const std::string& command_line);

// A script in Python, run with arguments. nullopt: it could not run; the scripts end with 3 where a package
// is missing.
[[nodiscard]] std::optional<std::string> output_of_script(const std::string& python,
                                                          const std::string& script,
                                                          const std::vector<std::string>& arguments);

// The same for scripts that print `count` numbers, and nothing else.
[[nodiscard]] std::optional<std::vector<double>> numbers_of_script(const std::string& python,
                                                                   const std::string& script,
                                                                   const std::vector<std::string>& arguments,
                                                                   std::size_t count);

// Why there is no figure.
[[nodiscard]] const char* why_skipped(const std::string& python);

[[nodiscard]] bool is_installed(const std::string& program);  // found by the shell's PATH

}  // namespace cantrail::bench
