#include "pipeline/reload_report.hpp"

namespace cantrail {
namespace {

constexpr std::size_t kMostNamed = 20;  // in one line

void add_line(std::vector<std::string>& lines, const std::string& what,
              const std::vector<std::string>& names) {
  if (names.empty()) return;
  std::string line = what + ": ";
  for (std::size_t i = 0; i < names.size() && i < kMostNamed; ++i) line += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kMostNamed) line += " and " + std::to_string(names.size() - kMostNamed) + " more";
  lines.push_back(std::move(line));
}

void add_lines(std::vector<std::string>& lines, const std::string& what, const NamesChanged& names) {
  add_line(lines, what + " added", names.added);
  add_line(lines, what + " changed", names.changed);
  add_line(lines, what + " removed", names.removed);
}

std::string headline(ReloadOutcome outcome) {
  switch (outcome) {
    case ReloadOutcome::unchanged:
      return "reload: nothing has changed";
    case ReloadOutcome::applied:
      return "reloaded";
    case ReloadOutcome::refused:
      return "reload refused, the node goes on as it was";
    case ReloadOutcome::rolled_back:
      return "reload rolled back, the node goes on as it was";
  }
  return "";
}

}  // namespace

std::string_view to_string(ReloadOutcome outcome) {
  switch (outcome) {
    case ReloadOutcome::unchanged:
      return "unchanged";
    case ReloadOutcome::applied:
      return "applied";
    case ReloadOutcome::refused:
      return "refused";
    case ReloadOutcome::rolled_back:
      return "rolled_back";
  }
  return "";
}

std::vector<std::string> to_lines(const ReloadReport& report) {
  std::vector<std::string> lines{headline(report.outcome)};
  lines.insert(lines.end(), report.problems.begin(), report.problems.end());
  if (report.outcome == ReloadOutcome::applied) {
    add_lines(lines, "sources", report.sources);
    add_lines(lines, "sinks", report.sinks);
    add_line(lines, "streams and fields added", report.streams.added);
    add_line(lines, "streams and fields removed", report.streams.removed);
    add_line(lines, "renamed, under [alias]", report.streams.renamed);
    add_line(lines, "retyped", report.streams.retyped);
  }
  add_line(lines, "needs a restart", report.needs_restart);
  return lines;
}

}  // namespace cantrail
