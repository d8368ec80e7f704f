// Comments and names of values.
#include <utility>

#include "decode/dbc/statement_reader.hpp"

namespace cantrail::dbc {

void StatementReader::comment() {
  CommentDraft draft;
  draft.target = target();
  const bool whole_network = draft.target.scope == AttributeScope::network;
  draft.text = scan_.string(whole_network ? "BU_, BO_, SG_, EV_ or the comment's text in quotes"
                                          : "the comment's text in quotes");
  end_of_statement();
  if (!scan_.failed()) draft_.comments.push_back(std::move(draft));
}

// VAL_ id signal 0 "a" 1 "b" ;   VAL_ id signal TABLE ;   VAL_ variable 0 "a" ;
void StatementReader::value_names() {
  ValuesDraft draft;
  const std::string_view first = scan_.peek_word();
  draft.of_environment = first.find_first_not_of("0123456789") != std::string_view::npos;
  if (draft.of_environment) {
    draft.owner.at = scan_.position();
    draft.owner.name = scan_.name("an environment variable's name");
  } else {
    draft.owner = signal_name();
  }
  if (scan_.peek_word().find_first_not_of("0123456789") != std::string_view::npos &&
      !scan_.at_keyword_line()) {
    draft.table = scan_.name("a value table's name");
  } else {
    draft.values = value_list();
  }
  end_of_statement();
  if (!scan_.failed()) draft_.values.push_back(std::move(draft));
}

std::vector<ValueName> StatementReader::value_list() {
  std::vector<ValueName> values;
  while (!scan_.failed() && scan_.peek() != ';' && !scan_.at_end() && !scan_.at_keyword_line()) {
    const std::size_t at = scan_.position();
    const Number key = scan_.number("a value or ';'");
    ValueName value;
    if (key.integer) {
      value.value = *key.integer;
    } else if (key.natural) {
      value.value = static_cast<std::int64_t>(*key.natural);
    } else {
      scan_.fail(at, "a value that is named must be an integer of at most 64 bits");
    }
    value.name = scan_.string("the value's name in quotes");
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace cantrail::dbc
