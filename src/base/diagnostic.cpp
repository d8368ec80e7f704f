#include "base/diagnostic.hpp"

#include <algorithm>

namespace cantrail {

std::string to_string(const Diagnostic& diagnostic) {
  std::string text = diagnostic.where.file;
  if (diagnostic.where.line != 0) text += ":" + std::to_string(diagnostic.where.line);
  if (diagnostic.where.line != 0 && diagnostic.where.column != 0) {
    text += ":" + std::to_string(diagnostic.where.column);
  }
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
