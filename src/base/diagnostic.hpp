// What is wrong in a text that the user wrote (a DBC, a configuration, a log), and where. Many can be
// collected from one text: a reader goes on after the first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cantrail {

struct SourceLocation {
  std::string file;
  std::uint32_t line = 0;    // from 1; 0 = the file as a whole
  std::uint32_t column = 0;  // from 1, in bytes; 0 = the line as a whole
};

enum class Severity : unsigned char { note, warning, error };

struct Diagnostic {
  Severity severity = Severity::error;
  SourceLocation where;
  std::string message;  // what is wrong and what to do about it, no full stop, no line break
};

using Diagnostics = std::vector<Diagnostic>;

// `file:line:col`, leaving out what is 0.
[[nodiscard]] std::string to_string(const SourceLocation& where);
// `file:line:col: warning: message`.
[[nodiscard]] std::string to_string(const Diagnostic& diagnostic);
[[nodiscard]] bool has_errors(const Diagnostics& diagnostics);

}  // namespace cantrail
