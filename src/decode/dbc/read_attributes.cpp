// Attributes: definitions, defaults, values, and the same for relations between nodes and other objects.
#include <optional>
#include <utility>

#include "decode/dbc/statement_reader.hpp"

namespace cantrail::dbc {
namespace {

constexpr std::string_view kNameText = "an attribute's name in quotes";

std::optional<AttributeScope> relation_scope(std::string_view word) {
  if (word == "BU_SG_REL_") return AttributeScope::node_signal;
  if (word == "BU_BO_REL_") return AttributeScope::node_message;
  if (word == "BU_EV_REL_") return AttributeScope::node_environment;
  return std::nullopt;
}

AttributeScope object_scope(Scanner& scan) {
  if (scan.accept_word("BU_")) return AttributeScope::node;
  if (scan.accept_word("BO_")) return AttributeScope::message;
  if (scan.accept_word("SG_")) return AttributeScope::signal;
  if (scan.accept_word("EV_")) return AttributeScope::environment;
  return AttributeScope::network;
}

AttributeScope expect_relation(Scanner& scan) {
  const auto scope = relation_scope(scan.peek_word());
  if (!scope) {
    scan.fail_expected("BU_SG_REL_, BU_BO_REL_ or BU_EV_REL_");
    return AttributeScope::node_message;
  }
  (void)scan.word("a relation");
  return *scope;
}

}  // namespace

void StatementReader::attribute_definition() {
  AttributeDefinition definition;
  definition.scope = object_scope(scan_);
  definition.name = scan_.line_string(kNameText);
  attribute_type(definition);
  end_of_statement();
  if (!scan_.failed()) draft_.database.attribute_definitions.push_back(std::move(definition));
}

void StatementReader::relation_definition() {
  AttributeDefinition definition;
  definition.scope = expect_relation(scan_);
  definition.name = scan_.line_string(kNameText);
  attribute_type(definition);
  end_of_statement();
  if (!scan_.failed()) draft_.database.attribute_definitions.push_back(std::move(definition));
}

void StatementReader::attribute_type(AttributeDefinition& definition) {
  constexpr std::string_view kTypes = "the attribute's type (INT, HEX, FLOAT, STRING or ENUM)";
  const std::string_view type = scan_.peek_word();
  const bool ranged = type == "INT" || type == "HEX" || type == "FLOAT";
  if (!ranged && type != "STRING" && type != "ENUM") return scan_.fail_expected(kTypes);
  definition.type = std::string(scan_.word(kTypes));
  if (ranged && scan_.peek() != ';') {
    definition.minimum = plain_number("the attribute's minimum").value;
    definition.maximum = plain_number("the attribute's maximum").value;
  } else if (type == "ENUM" && scan_.peek() != ';') {
    do {
      definition.choices.push_back(scan_.string("one of the attribute's values in quotes"));
    } while (scan_.accept(',') || scan_.peek() == '"');
  }
}

RawValue StatementReader::raw_value() {
  RawValue value;
  value.is_text = scan_.peek() == '"';
  if (value.is_text) {
    value.text = scan_.string("the attribute's value");
  } else {
    value.number = plain_number("the attribute's value, a number or a text in quotes");
  }
  return value;
}

void StatementReader::add_default(bool of_relation) {
  DefaultDraft draft;
  draft.at = scan_.position();
  draft.of_relation = of_relation;
  draft.name = scan_.line_string(kNameText);
  draft.value = raw_value();
  end_of_statement();
  if (!scan_.failed()) draft_.defaults.push_back(std::move(draft));
}

void StatementReader::attribute_default() {
  add_default(false);
}
void StatementReader::relation_default() {
  add_default(true);
}

void StatementReader::attribute() {
  AttributeDraft draft;
  draft.name = scan_.line_string(kNameText);
  draft.target = target();
  draft.value = raw_value();
  end_of_statement();
  if (!scan_.failed()) draft_.attributes.push_back(std::move(draft));
}

// BA_REL_ "name" BU_SG_REL_ node SG_ id signal value;   BU_BO_REL_ node id value;   BU_EV_REL_ node variable
// value;
void StatementReader::relation() {
  RelationDraft draft;
  draft.at = scan_.position();
  draft.relation.attribute.name = scan_.line_string(kNameText);
  draft.relation.scope = expect_relation(scan_);
  draft.relation.node = scan_.name("a node's name");
  if (draft.relation.scope == AttributeScope::node_signal) {
    scan_.accept_word("SG_");
    draft.relation.message_id = message_id();
    draft.relation.signal_or_variable = scan_.name("a signal's name");
  } else if (draft.relation.scope == AttributeScope::node_message) {
    scan_.accept_word("BO_");
    draft.relation.message_id = message_id();
  } else {
    scan_.accept_word("EV_");
    draft.relation.signal_or_variable = scan_.name("an environment variable's name");
  }
  draft.value = raw_value();
  end_of_statement();
  if (!scan_.failed()) draft_.relations.push_back(std::move(draft));
}

}  // namespace cantrail::dbc
