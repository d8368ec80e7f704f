#include "cli/demo/folded.hpp"

#include <algorithm>

namespace cantrail::cli::demo {

std::vector<std::string> folded(std::string_view sum, std::size_t width, std::string_view before) {
  std::vector<std::string> lines(1);
  while (!sum.empty()) {
    const std::string_view term = sum.substr(0, sum.find(before, 1));
    sum.remove_prefix(term.size());
    if (!lines.back().empty() && term.size() > width - std::min(width, lines.back().size())) {
      lines.emplace_back(" ");
    }
    lines.back() += term;
  }
  for (std::string& line : lines) line.resize(std::min(line.size(), width));
  return lines;
}

}  // namespace cantrail::cli::demo
