#include "peer.hpp"

#include <array>
#include <cstdio>
#include <sstream>

namespace cantrail::bench {

std::string shell_word(std::string_view word) {
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  return text + "'";
}

std::optional<std::string> output_of(const std::string& command_line) {
  std::fflush(stdout);  // what was printed before comes before the complaints of the program
  FILE* const pipe = ::popen(command_line.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string text;
  std::array<char, 4096> piece{};
  while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), pipe))
    text.append(piece.data(), got);
  if (::pclose(pipe) != 0) return std::nullopt;
  return text;
}

std::optional<std::string> output_of_script(const std::string& python, const std::string& script,
                                            const std::vector<std::string>& arguments) {
  if (python.empty()) return std::nullopt;
  std::string command_line = shell_word(python) + " " + shell_word(script);
  for (const std::string& argument : arguments) command_line += " " + shell_word(argument);
  return output_of(command_line);
}

std::optional<std::vector<double>> numbers_of_script(const std::string& python, const std::string& script,
                                                     const std::vector<std::string>& arguments,
                                                     std::size_t count) {
  const auto text = output_of_script(python, script, arguments);
  if (!text) return std::nullopt;
  std::istringstream words(*text);
  std::vector<double> numbers(count);
  for (double& number : numbers) {
    if (!(words >> number)) return std::nullopt;
  }
  return numbers;
}

const char* why_skipped(const std::string& python) {
  return python.empty() ? "no --python given" : "it cannot be run: bench/requirements.txt";
}

bool is_installed(const std::string& program) {
  return output_of("command -v " + shell_word(program)).has_value();
}

}  // namespace cantrail::bench
