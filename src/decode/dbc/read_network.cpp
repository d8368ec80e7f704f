// Statements about the network as a whole: version, symbols, bit timing, nodes, value tables, environment.
#include <utility>

#include "base/text.hpp"
#include "decode/dbc/statement_reader.hpp"

namespace cantrail::dbc {

void StatementReader::version() {
  std::string text = scan_.line_string("the version in quotes");
  scan_.accept(';');
  if (!scan_.failed()) draft_.database.version = std::move(text);
}

// `NS_ :` and then one word a line. The words are keywords, so only being alone on its line tells a symbol
// from the next statement.
void StatementReader::new_symbols() {
  scan_.expect(':', "after NS_");
  while (!scan_.failed() && !scan_.at_end() && scan_.lone_word()) {
    draft_.database.new_symbols.emplace_back(scan_.word("a symbol"));
  }
}

void StatementReader::bit_timing() {
  scan_.expect(':', "after BS_");
  std::string text = scan_.rest_of_line("0123456789:,. \t");
  scan_.accept(';');
  if (!scan_.failed()) draft_.database.bit_timing = std::move(text);
}

void StatementReader::nodes() {
  scan_.expect(':', "after BU_");
  std::vector<std::string> names = name_list("a node's name");
  // More lines, as long as they hold nothing but names.
  while (!scan_.failed() && scan_.line_of_words()) {
    names.push_back(scan_.name("a node's name"));
    scan_.accept(',');
    for (std::string& name : name_list("a node's name")) names.push_back(std::move(name));
  }
  scan_.accept(';');
  if (scan_.failed()) return;
  for (std::string& name : names) {
    if (!draft_.node_index.emplace(name, draft_.database.nodes.size()).second) continue;  // twice is once
    draft_.database.nodes.push_back({std::move(name), {}, {}});
  }
}

void StatementReader::value_table() {
  ValueTable table;
  table.name = new_name("a value table's name");
  table.values = value_list();
  end_of_statement();
  if (!scan_.failed()) draft_.database.value_tables.push_back(std::move(table));
}

void StatementReader::environment_variable() {
  EnvironmentVariable variable;
  const std::size_t at = scan_.position();
  variable.name = new_name("an environment variable's name");
  scan_.expect(':', "after the variable's name");
  variable.type = static_cast<int>(scan_.natural("the variable's type", 2));
  scan_.expect('[', "before the range");
  variable.minimum = plain_number("the range's minimum").value;
  scan_.expect('|', "inside the range");
  variable.maximum = plain_number("the range's maximum").value;
  scan_.expect(']', "after the range");
  variable.unit = scan_.line_string("the unit in quotes");
  variable.initial = plain_number("the initial value").value;
  variable.id = static_cast<std::uint32_t>(scan_.natural("the variable's number", 0xFFFF'FFFF));
  variable.access = scan_.name("the access type (DUMMY_NODE_VECTOR…)");
  variable.nodes = name_list("a node's name");
  std::erase(variable.nodes, "Vector__XXX");
  end_of_statement();
  if (scan_.failed()) return;
  if (!draft_.environment_index.emplace(variable.name, draft_.database.environment.size()).second) {
    warn_.add(at, "the environment variable '" + printable(variable.name) +
                      "' is already defined; the first one is kept, remove or rename this one");
    return;
  }
  // DUMMY_NODE_VECTOR8000 and following: a string, whatever the type says.
  if (variable.access.starts_with("DUMMY_NODE_VECTOR8")) variable.type = 2;
  draft_.database.environment.push_back(std::move(variable));
}

void StatementReader::environment_data() {
  DataSizeDraft size;
  size.at = scan_.position();
  size.variable = scan_.name("an environment variable's name");
  scan_.expect(':', "after the variable's name");
  size.bytes = static_cast<std::uint32_t>(scan_.natural("a size in bytes", 0xFFFF'FFFF));
  end_of_statement();
  if (!scan_.failed()) draft_.data_sizes.push_back(std::move(size));
}

void StatementReader::skipped() {
  while (!scan_.failed() && !scan_.accept(';')) {
    if (scan_.at_end() || scan_.at_keyword_line()) {
      scan_.fail_expected("';' at the end of the statement");
    } else if (scan_.peek() == '"') {
      (void)scan_.string("a text");
    } else {
      scan_.skip_piece();
    }
  }
}

}  // namespace cantrail::dbc
