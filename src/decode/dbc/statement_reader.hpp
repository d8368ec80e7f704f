// Reads one statement after another into a draft. A statement is taken over only if all of it could be read.
// The methods are in files by group: read_network, read_messages, read_signals, read_texts, read_attributes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decode/dbc/draft.hpp"
#include "decode/dbc/scanner.hpp"
#include "decode/dbc/warnings.hpp"

namespace cantrail::dbc {

class StatementReader {
 public:
  // All three must outlive the reader.
  StatementReader(Scanner& scanner, Draft& draft, Warnings& warnings)
      : scan_(scanner), draft_(draft), warn_(warnings) {}

  // Reads to the end of the text. Returns whether any statement of a DBC file stood in it.
  bool read_all();

 private:
  struct Statement {
    std::string_view keyword;
    void (StatementReader::*read)();
    bool ends_with_semicolon;
  };
  static const Statement* find(std::string_view keyword);
  void read_one();
  void report_broken(std::string_view keyword, std::size_t start);

  // read_network.cpp
  void version();
  void new_symbols();
  void bit_timing();
  void nodes();
  void value_table();
  void environment_variable();
  void environment_data();
  void skipped();

  // read_messages.cpp
  void message();
  void senders();
  void signal_group();
  void add_message(Message message, std::uint32_t file_id, std::size_t at);

  // read_signals.cpp
  void signal();
  void value_type();
  void multiplex_values();
  void multiplexer_mark(Signal& signal);
  void layout(Signal& signal);
  void scale_and_range(Signal& signal);
  void add_signal(Signal signal, std::size_t at);

  // read_texts.cpp
  void comment();
  void value_names();
  std::vector<ValueName> value_list();

  // read_attributes.cpp
  void attribute_definition();
  void relation_definition();
  void attribute_default();
  void relation_default();
  void attribute();
  void relation();
  void attribute_type(AttributeDefinition& definition);
  void add_default(bool of_relation);
  RawValue raw_value();

  // Pieces that several statements share.
  Target target();  // nothing, BU_ node, BO_ id, SG_ id name or EV_ name
  SignalName signal_name();
  std::uint32_t message_id();
  std::string new_name(std::string_view what);                // warns where it begins with a digit
  std::vector<std::string> name_list(std::string_view what);  // separated by commas or spaces, on one line
  Number plain_number(std::string_view what);  // warns where a digit beside the point is missing
  void end_of_statement();  // a semicolon; warns where it is missing before the next statement

  Scanner& scan_;
  Draft& draft_;
  Warnings& warn_;
  // The message that signals belong to.
  std::size_t current_message_ = Draft::kLeftOut;
  std::uint32_t current_key_ = 0;
  bool message_seen_ = false;
};

}  // namespace cantrail::dbc
