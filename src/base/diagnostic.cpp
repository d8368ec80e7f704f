#include "base/diagnostic.hpp"

#include <algorithm>

namespace cantrail {

std::string to_string(const SourceLocation& where) {
  std::string text = where.file;
  if (where.line != 0) text += ":" + std::to_string(where.line);
  if (where.line != 0 && where.column != 0) text += ":" + std::to_string(where.column);
  return text;
}

std::string to_string(const Diagnostic& diagnostic) {
  std::string text = to_string(diagnostic.where);
  if (!text.empty()) text += ": ";
  switch (diagnostic.severity) {
    case Severity::note:
      text += "note: ";
      break;
    case Severity::warning:
      text += "warning: ";
      break;
    case Severity::error:
      text += "error: ";
      break;
  }
  return text + diagnostic.message;
}

bool has_errors(const Diagnostics& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

}  // namespace cantrail
