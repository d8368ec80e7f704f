// What the decoder does for one message, worked out before the first frame: which 8 bytes to load, which
// loops to run over them, which conditions make a field present.
#pragma once

#include <cstdint>
#include <vector>

#include "decode/dbc/columns.hpp"
#include "decode/dbc/plan.hpp"

namespace cantrail::dbc {

// A field with raw values that are none.
struct Reserved {
  std::uint16_t field = 0;
  BitField bits;
  SelectorRange any, none;  // error or not available; not available
};

// Steps that read the same 8 bytes of the payload. `nine`: the one step reads a signal of nine bytes, and the
// words are its bits already.
struct LoadGroup {
  std::uint8_t byte = 0;  // the first of the eight (or nine)
  bool swapped = false;   // some step wants the words byte-swapped
  bool nine = false;
  std::uint8_t nine_shift = 0;
  ByteOrder nine_order = ByteOrder::intel;
  std::vector<ColumnStep> steps;
  std::vector<Reserved> reserved;
};

// "This selector has one of these values, and is itself present." Parents stand before their children.
struct Condition {
  LoadGroup load;  // without steps
  BitField bits;
  std::vector<SelectorRange> ranges;
  std::uint8_t needed_bytes = 1;
  std::int32_t parent = -1;  // index of the selector's own condition
};

struct FieldPresence {
  std::int32_t condition = -1;  // index; -1: always present
  std::uint8_t needed_bytes = 1;
};

struct MessageProgram {
  std::vector<LoadGroup> groups;
  std::vector<Condition> conditions;
  std::vector<FieldPresence> fields;
  std::uint8_t needed_bytes = 0;  // the largest of all fields
  bool wide = false;              // some group loads other bytes than the first eight
  bool plain = false;      // all that is to be done are the steps of one group, on the first eight bytes
  bool addresses = false;  // the last kAddressFields fields come from the identifier

  explicit MessageProgram(const MessagePlan& message);
};

}  // namespace cantrail::dbc
