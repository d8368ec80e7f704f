#include "decode/dbc/statement_reader.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.hpp"
#include "decode/dbc/keywords.hpp"

namespace cantrail::dbc {

const StatementReader::Statement* StatementReader::find(std::string_view keyword) {
  using Reader = StatementReader;
  static constexpr std::array<Statement, 32> kStatements{{
      {"SG_", &Reader::signal, false},
      {"BO_", &Reader::message, false},
      {"BA_", &Reader::attribute, true},
      {"VAL_", &Reader::value_names, true},
      {"CM_", &Reader::comment, true},
      {"VAL_TABLE_", &Reader::value_table, true},
      {"SG_MUL_VAL_", &Reader::multiplex_values, true},
      {"SIG_VALTYPE_", &Reader::value_type, true},
      {"SIG_GROUP_", &Reader::signal_group, true},
      {"BO_TX_BU_", &Reader::senders, true},
      {"BA_DEF_", &Reader::attribute_definition, true},
      {"BA_DEF_DEF_", &Reader::attribute_default, true},
      {"BA_DEF_REL_", &Reader::relation_definition, true},
      {"BA_DEF_DEF_REL_", &Reader::relation_default, true},
      {"BA_REL_", &Reader::relation, true},
      {"EV_", &Reader::environment_variable, true},
      {"ENVVAR_DATA_", &Reader::environment_data, true},
      {"VERSION", &Reader::version, false},
      {"NS_", &Reader::new_symbols, false},
      {"BS_", &Reader::bit_timing, false},
      {"BU_", &Reader::nodes, false},
      // Signal types, categories, filters: no file in use needs them to be decoded.
      {"SGTYPE_", &Reader::skipped, true},
      {"SGTYPE_VAL_", &Reader::skipped, true},
      {"SIG_TYPE_REF_", &Reader::skipped, true},
      {"SIGTYPE_VALTYPE_", &Reader::skipped, true},
      {"BA_DEF_SGTYPE_", &Reader::skipped, true},
      {"BA_SGTYPE_", &Reader::skipped, true},
      {"CAT_DEF_", &Reader::skipped, true},
      {"CAT_", &Reader::skipped, true},
      {"EV_DATA_", &Reader::skipped, true},
      {"NS_DESC_", &Reader::skipped, true},
      {"FILTER", &Reader::skipped, true},
  }};
  const auto* const found = std::find_if(kStatements.begin(), kStatements.end(),
                                         [&](const Statement& s) { return s.keyword == keyword; });
  return found == kStatements.end() ? nullptr : found;
}

bool StatementReader::read_all() {
  bool any = false;
  scan_.begin_statement();
  while (!scan_.at_end()) {
    any = any || is_unmistakable_keyword(scan_.peek_word()) || scan_.peek_word() == "VERSION";
    read_one();
    scan_.begin_statement();
  }
  if (const auto open = scan_.open_comment()) {
    warn_.add(*open, "the comment that begins here never ends; only this line is taken as a comment, add */");
  }
  return any;
}

void StatementReader::read_one() {
  const std::size_t start = scan_.position();
  if (scan_.accept(';')) return;  // an empty statement
  const std::string_view keyword = scan_.peek_word();
  const Statement* const statement = find(keyword);
  if (statement == nullptr) {
    const std::string found = keyword.empty() ? std::string(1, scan_.peek()) : std::string(keyword);
    warn_.add(start, "expected a statement, found '" + printable(found, 30) +
                         "'; left out up to the next statement, mend or remove it");
    scan_.skip_piece();
    scan_.recover(true);
    return;
  }
  scan_.accept_word(keyword);
  (this->*statement->read)();
  if (scan_.failed()) {
    report_broken(keyword, start);
    scan_.recover(statement->ends_with_semicolon);
  }
}

void StatementReader::report_broken(std::string_view keyword, std::size_t start) {
  const Scanner::Problem& problem = scan_.problem();
  std::string message = std::string(keyword) + " left out: " + problem.what;
  const LineIndex::Place begun = scan_.lines().place(start);
  if (begun.line != scan_.lines().place(problem.at).line) {
    message += " (in the statement of line " + std::to_string(begun.line) + ")";
  }
  warn_.add(problem.at, std::move(message));
}

Target StatementReader::target() {
  Target target;
  target.at = scan_.position();
  if (scan_.accept_word("BU_")) {
    target.scope = AttributeScope::node;
    target.name = scan_.name("a node's name");
  } else if (scan_.accept_word("BO_")) {
    target.scope = AttributeScope::message;
    target.id = message_id();
  } else if (scan_.accept_word("SG_")) {
    target.scope = AttributeScope::signal;
    SignalName signal = signal_name();
    target.id = signal.id;
    target.name = std::move(signal.name);
  } else if (scan_.accept_word("EV_")) {
    target.scope = AttributeScope::environment;
    target.name = scan_.name("an environment variable's name");
  }
  return target;
}

SignalName StatementReader::signal_name() {
  SignalName signal;
  signal.at = scan_.position();
  signal.id = message_id();
  signal.name = scan_.name("a signal's name after the message's identifier");
  return signal;
}

std::uint32_t StatementReader::message_id() {
  return static_cast<std::uint32_t>(scan_.natural("a message's identifier", 0xFFFF'FFFF));
}

std::string StatementReader::new_name(std::string_view what) {
  const std::size_t at = scan_.position();
  std::string name = scan_.name(what);
  if (!name.empty() && name[0] >= '0' && name[0] <= '9') {
    warn_.add(at, "the name '" + printable(name) +
                      "' begins with a digit, which other tools refuse; kept, better rename it");
  }
  return name;
}

std::vector<std::string> StatementReader::name_list(std::string_view what) {
  std::vector<std::string> names;
  bool comma = false;
  while (!scan_.failed() && (comma || scan_.more_on_line())) {
    if (!comma && (scan_.peek_word().empty() || is_unmistakable_keyword(scan_.peek_word()))) break;
    names.push_back(scan_.name(what));
    comma = scan_.accept(',');
  }
  return names;
}

Number StatementReader::plain_number(std::string_view what) {
  const std::size_t at = scan_.position();
  const Number number = scan_.number(what);
  if (number.bare_point) {
    char value[32];
    std::snprintf(value, sizeof value, "%.9g", number.value);
    warn_.add(at,
              std::string("a digit is missing beside the decimal point, which other tools refuse; read as ") +
                  value + ", better write that");
  }
  return number;
}

void StatementReader::end_of_statement() {
  if (scan_.failed() || scan_.accept(';')) return;
  if (!scan_.at_end() && !scan_.at_keyword_line()) {
    return scan_.fail_expected("';' at the end of the statement");
  }
  warn_.add(scan_.last_end(), "';' is missing at the end of the statement; taken as complete, add it");
}

}  // namespace cantrail::dbc
