#include "contract/readme_options.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.hpp"
#include "component/option_text.hpp"

namespace cantrail::contract {
namespace {

// "| a | b \| c |" → "a", "b | c".
std::vector<std::string> cells(std::string_view line) {
  std::vector<std::string> found(1);
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      found.back() += line[++i];
    } else if (line[i] == '|') {
      found.emplace_back();
    } else {
      found.back() += line[i];
    }
  }
  found.pop_back();
  for (std::string& cell : found) cell = trim(cell);
  return found;
}

std::optional<std::size_t> column(const std::vector<std::string>& heads, std::string_view name) {
  const auto found = std::find(heads.begin(), heads.end(), name);
  if (found == heads.end()) return std::nullopt;
  return static_cast<std::size_t>(found - heads.begin());
}

std::string without_quotes(const std::string& cell) {
  const bool quoted = cell.size() > 2 && cell.front() == '`' && cell.back() == '`';
  return quoted ? cell.substr(1, cell.size() - 2) : cell;
}

struct Table {
  std::vector<OptionRow> rows;
  std::string problem;
};

Table table_of(std::string_view readme) {
  Table table;
  const std::vector<std::string_view> lines = split(readme, '\n');
  auto line = std::find_if(lines.begin(), lines.end(),
                           [](std::string_view text) { return text.starts_with("| option |"); });
  if (line == lines.end()) {
    table.problem = "README.md has no table of options: one that begins with | option |";
    return table;
  }
  const auto values = column(cells(*line), "default");
  if (!values) {
    table.problem = "the table of options in README.md has no column 'default'";
    return table;
  }
  for (line = std::min(line + 2, lines.end()); line != lines.end() && line->starts_with("|"); ++line) {
    const std::vector<std::string> row = cells(*line);
    table.rows.push_back({without_quotes(row.front()), *values < row.size() ? row[*values] : ""});
  }
  return table;
}

std::vector<std::string> keys(const std::vector<OptionRow>& rows) {
  std::vector<std::string> found;
  for (const OptionRow& row : rows) found.push_back(row.key);
  return found;
}

}  // namespace

void DescribedOptions::option(const OptionSpec& spec) {
  const std::string value = default_text(spec);
  rows.push_back({key_of(spec), spec.required ? "*required*" : value.empty() ? "" : "`" + value + "`"});
}

std::vector<std::string> table_complaints(std::string_view readme, const std::vector<OptionRow>& described) {
  if (described.empty()) return {};
  const Table table = table_of(readme);
  if (!table.problem.empty()) return {table.problem};
  std::map<std::string, std::string> listed;
  std::vector<std::string> complaints;
  for (const OptionRow& row : table.rows) {
    const bool is_new = listed.emplace(row.key, row.default_value).second;
    if (!is_new) complaints.push_back("README.md lists `" + row.key + "` twice");
    const std::vector<std::string> known = keys(described);
    if (std::find(known.begin(), known.end(), row.key) == known.end()) {
      complaints.push_back("README.md lists `" + row.key + "`, which is no option");
    }
  }
  for (const OptionRow& row : described) {
    const auto found = listed.find(row.key);
    if (found == listed.end()) {
      complaints.push_back("README.md does not list `" + row.key + "`, default: " + row.default_value);
    } else if (found->second != row.default_value) {
      complaints.push_back("the default of `" + row.key + "` in README.md is to be " + row.default_value +
                           ", not " + found->second);
    }
  }
  if (complaints.empty() && keys(table.rows) != keys(described)) {
    complaints.emplace_back("README.md lists the options in another order than describe()");
  }
  return complaints;
}

}  // namespace cantrail::contract
