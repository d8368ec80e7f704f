// A database while its file is being read. Statements may stand in any order, so those that speak of others
// are kept here until everything is known; resolve() then carries them out. Offsets are into the text, for
// warnings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "decode/dbc/database.hpp"
#include "decode/dbc/number.hpp"

namespace cantrail::dbc {

// What a comment or an attribute belongs to.
struct Target {
  AttributeScope scope = AttributeScope::network;
  std::uint32_t id = 0;  // as in the file; of messages and signals
  std::string name;      // of nodes, signals and environment variables
  std::size_t at = 0;
};

// A signal as other statements name it.
struct SignalName {
  std::uint32_t id = 0;  // as in the file
  std::string name;
  std::size_t at = 0;
};

struct CommentDraft {
  Target target;
  std::string text;
};

struct ValuesDraft {  // VAL_
  bool of_environment = false;
  SignalName owner;
  std::string table;  // instead of values
  std::vector<ValueName> values;
};

struct ValueTypeDraft {  // SIG_VALTYPE_
  SignalName signal;
  ValueKind kind = ValueKind::integer;
};

struct MultiplexDraft {  // SG_MUL_VAL_
  SignalName signal;
  Multiplexing multiplexing;
};

struct SendersDraft {  // BO_TX_BU_
  std::uint32_t id = 0;
  std::size_t at = 0;
  std::vector<std::string> nodes;
};

struct GroupDraft {
  SignalGroup group;
  std::size_t at = 0;
};

struct DataSizeDraft {  // ENVVAR_DATA_
  std::string variable;
  std::uint32_t bytes = 0;
  std::size_t at = 0;
};

// A value before its definition is known.
struct RawValue {
  bool is_text = false;
  std::string text;
  Number number;
};

struct AttributeDraft {
  Target target;
  std::string name;
  RawValue value;
};

struct RelationDraft {
  RelationAttribute relation;
  RawValue value;
  std::size_t at = 0;
};

struct DefaultDraft {
  std::string name;
  RawValue value;
  bool of_relation = false;
  std::size_t at = 0;
};

inline constexpr std::uint32_t kExtendedBit = 0x8000'0000;
inline constexpr std::uint32_t kExtendedMask = 0x1FFF'FFFF;
inline constexpr std::uint32_t kIndependentSignals = 0xC000'0000;  // VECTOR__INDEPENDENT_SIG_MSG

// How identifiers are compared: 29 bits and bit 31 where extended. A file may leave out bit 31 of an
// identifier of more than 11 bits, in one place or everywhere; bits 29 and 30 mean nothing.
[[nodiscard]] constexpr std::uint32_t message_key(std::uint32_t id) {
  if (id == kIndependentSignals) return id;
  const std::uint32_t extended = id > 0x7FF ? kExtendedBit : 0;
  return (id & kExtendedMask) | extended;
}

struct Draft {
  Database database;
  // By message_key(). Also those that were left out (kLeftOut): statements about them are no news.
  std::unordered_map<std::uint32_t, std::size_t> message_index;
  static constexpr std::size_t kLeftOut = static_cast<std::size_t>(-1);
  // By signal name, for each message.
  std::vector<std::unordered_map<std::string, std::size_t>> signal_index;
  // Signals that were left out, by signal_key(): statements about them are no news either.
  std::unordered_set<std::string> broken_signals;
  [[nodiscard]] static std::string signal_key(std::uint32_t message, const std::string& name) {
    return std::to_string(message) + " " + name;
  }
  std::unordered_map<std::string, std::size_t> environment_index;
  std::unordered_map<std::string, std::size_t> node_index;

  std::vector<SendersDraft> senders;
  std::vector<CommentDraft> comments;
  std::vector<ValuesDraft> values;
  std::vector<ValueTypeDraft> value_types;
  std::vector<MultiplexDraft> multiplexing;
  std::vector<GroupDraft> groups;
  std::vector<DataSizeDraft> data_sizes;
  std::vector<AttributeDraft> attributes;
  std::vector<RelationDraft> relations;
  std::vector<DefaultDraft> defaults;
};

}  // namespace cantrail::dbc
