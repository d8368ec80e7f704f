// What a DBC file says, as plain data: the parser fills it, the plan compiler and the encoder read it.
// Format: Vector's "DBC File Format Documentation" 1.0.5; where files in use differ, the parser is lenient
// (README). All text is UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/diagnostic.hpp"

namespace cantrail::dbc {

enum class ByteOrder : std::uint8_t { intel, motorola };            // @1, @0
enum class ValueKind : std::uint8_t { integer, float32, float64 };  // SIG_VALTYPE_

struct ValueName {
  std::int64_t value = 0;  // raw; a file's unsigned 64-bit values keep their bits
  std::string name;
};

// Selector values that switch a multiplexed signal on: closed ranges.
struct SelectorRange {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

struct Multiplexing {
  std::string selector;  // the signal that selects, by name; empty: the message's plain `M` signal
  std::vector<SelectorRange> ranges;  // from `m3` or SG_MUL_VAL_ (which replaces the former)
};

// An attribute's value as it stands in the file; enumerations are resolved to their text.
struct AttributeValue {
  std::string name;
  std::variant<std::int64_t, double, std::string> value;
};

struct Signal {
  std::string name;  // the long name where SystemSignalLongSymbol gives one
  std::uint32_t start_bit =
      0;  // as in the file: least significant bit (Intel), most significant bit (Motorola)
  std::uint32_t length_bits = 0;
  ByteOrder order = ByteOrder::intel;
  bool is_signed = false;
  ValueKind kind = ValueKind::integer;  // float32 is 32 bits long, float64 64
  double factor = 1;
  double offset = 0;
  // True where factor and offset are integers that fit 64 bits, however written ("2", "-40", "1.0", "1E3"):
  // then values are integers if the kind is. The integers stand here exactly, also beyond 2^53.
  bool integral_scale = true;
  std::int64_t factor_integer = 1;
  std::int64_t offset_integer = 0;
  double minimum = 0;  // 0|0 means: no range declared (also for ranges that are not finite)
  double maximum = 0;
  std::string unit;
  std::vector<std::string> receivers;        // never Vector__XXX
  bool is_selector = false;                  // `M` or `m3M`
  std::optional<Multiplexing> multiplexing;  // absent: always present
  std::vector<ValueName> values;             // VAL_, sorted by value, first one wins
  std::string comment;
  std::vector<AttributeValue> attributes;
  SourceLocation where;
};

struct Message {
  std::string name;
  std::uint32_t id = 0;  // 11 or 29 bits, without flag
  bool extended = false;
  std::uint32_t length_bytes = 0;
  // VFrameFormat says CAN FD, or the length is over 8 and at most 64 and it does not say J1939PG.
  bool fd = false;
  bool says_fd = false;  // VFrameFormat does
  // VFrameFormat says J1939PG; or it says nothing, and ProtocolType says J1939, or the message is longer than
  // a frame and comes from the null address.
  bool j1939 = false;
  std::vector<Signal> signals;                              // in the file's order
  std::vector<std::string> senders;                         // BO_'s own, then BO_TX_BU_; never Vector__XXX
  std::vector<std::pair<std::string, std::string>> labels;  // of copies (copies.hpp): name, value
  std::optional<std::uint32_t> cycle_ms;  // GenMsgCycleTime of the message or its default, if above 0
  std::string comment;
  std::vector<AttributeValue> attributes;
  SourceLocation where;

  [[nodiscard]] const Signal* signal(std::string_view signal_name) const;
};

struct Node {
  std::string name;
  std::string comment;
  std::vector<AttributeValue> attributes;
};

struct ValueTable {
  std::string name;
  std::vector<ValueName> values;
};

struct SignalGroup {
  std::uint32_t message_id = 0;  // with bit 31 for extended, as in the file
  std::string name;
  std::uint32_t repetitions = 1;
  std::vector<std::string> signals;
};

struct EnvironmentVariable {
  std::string name;
  int type = 0;  // 0 integer, 1 float, 2 string
  double minimum = 0, maximum = 0, initial = 0;
  std::string unit;
  std::uint32_t id = 0;
  std::string access;
  std::vector<std::string> nodes;
  std::vector<ValueName> values;
  std::string comment;
  std::vector<AttributeValue> attributes;
  std::uint32_t data_size_bytes = 0;  // ENVVAR_DATA_
};

enum class AttributeScope : std::uint8_t {
  network,
  node,
  message,
  signal,
  environment,
  node_message,
  node_signal,
  node_environment
};

struct AttributeDefinition {
  std::string name;
  AttributeScope scope = AttributeScope::network;
  std::string type;  // INT HEX FLOAT STRING ENUM
  double minimum = 0, maximum = 0;
  std::vector<std::string> choices;  // of ENUM
  std::optional<AttributeValue> default_value;
};

// Attributes of relations (BA_REL_): kept as written, for tools that list them.
struct RelationAttribute {
  AttributeScope scope = AttributeScope::node_message;
  std::string node;
  std::uint32_t message_id = 0;  // 0 for environment relations
  std::string signal_or_variable;
  AttributeValue attribute;
};

struct Database {
  std::string version;
  std::vector<std::string> new_symbols;  // NS_
  std::string bit_timing;                // BS_, as written
  std::vector<Node> nodes;
  std::vector<ValueTable> value_tables;
  std::vector<Message> messages;  // in the file's order, VECTOR__INDEPENDENT_SIG_MSG left out
  std::vector<EnvironmentVariable> environment;
  std::vector<SignalGroup> signal_groups;
  std::vector<AttributeDefinition> attribute_definitions;
  std::vector<AttributeValue> attributes;  // of the network
  std::vector<RelationAttribute> relation_attributes;
  std::string comment;  // of the network; the last of several

  [[nodiscard]] const Message* message(std::uint32_t id, bool extended) const;
  [[nodiscard]] const Message* message(std::string_view message_name) const;
};

}  // namespace cantrail::dbc
