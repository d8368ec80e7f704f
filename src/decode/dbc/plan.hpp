// A DBC compiled for decoding: everything that can be known before the first frame is worked out here, once.
// Immutable after compile(); any number of decoders may use one plan at the same time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/diagnostic.hpp"
#include "decode/dbc/database.hpp"
#include "decode/dbc/identifier_table.hpp"
#include "model/schema.hpp"

namespace cantrail::dbc {

// Raw values of a J1939 signal that are no values (SAE J1939-71): from `none` on "not available", from
// `error` on below that "error".
struct ReservedValues {
  std::uint64_t error = 0, none = 0;
};

// How one signal gets from bytes to a column. Its bytes, read as one number (little-endian for Intel,
// big-endian for Motorola), hold the signal above `shift` bits of something else.
struct SignalPlan {
  std::uint16_t first_byte = 0;
  std::uint8_t byte_count = 1;  // 1–9; 9 only where more than 56 bits do not start on a byte
  std::uint8_t shift = 0;       // 0–7
  std::uint8_t length_bits = 1;
  ByteOrder order = ByteOrder::intel;
  bool is_signed = false;
  ValueKind kind = ValueKind::integer;
  FieldType type = FieldType::f64;  // of the column
  double factor = 1, offset = 0;
  std::int64_t factor_integer = 1, offset_integer = 0;  // for integer columns
  std::uint16_t needed_bytes = 1;  // a frame shorter than this does not hold the whole signal
  // Multiplexing: index of the selector's field in the message and the values that switch this one on, as the
  // selector's bits without sign. A chain of selectors (extended multiplexing) is followed: the selector
  // itself must be present. Chains have no loops.
  std::optional<std::uint16_t> selector;
  std::vector<SelectorRange> ranges;
  std::optional<ReservedValues> reserved;
};

struct MessagePlan {
  std::uint32_t id = 0;  // with kIdExtended
  std::uint16_t length_bytes = 8;
  Match match = Match::whole;
  // The message comes by ISO-TP, and no frame of its identifier is decoded by itself: bytes of the layout
  // before the payload (isotp_layout.hpp).
  std::optional<std::uint8_t> isotp_lead;
  std::shared_ptr<const RowSchema> row;
  std::vector<SignalPlan> signals;  // in the order of row->fields

  // Then kAddressFields more fields follow the signals': what the identifier says.
  [[nodiscard]] bool j1939() const { return match != Match::whole; }
};

// Of J1939 messages: source, destination, priority.
inline constexpr std::size_t kAddressFields = 3;

struct PlanOptions {
  // Messages of J1939 are matched by their group, and messages that transport protocols carry have rows.
  // Without, as by catalogs that a journal holds from before there was any of it: every message by its whole
  // identifier.
  bool protocols = true;
};

class DecodePlan {
 public:
  // Never fails; what cannot be decoded is left out with a warning: signals that cannot be in a frame (over
  // 64 bits, beyond byte 64, no bits), signals whose selector was left out or selects itself, a second
  // message with the same id. A multiplexed signal of a message without any selector is taken as always
  // present, with a warning too. A signal behind its message's length but inside 64 bytes stays: it is
  // present in frames long enough. Messages longer than 64 bytes come by a transport protocol: J1939's, else
  // ISO-TP. A J1939 message is matched by its group; where several of the file have one group, by group and
  // source; where that is not enough either, all but the first by the whole identifier.
  static std::shared_ptr<const DecodePlan> compile(const Database& database, Diagnostics& diagnostics,
                                                   const PlanOptions& options = {});

  // The message that decodes this identifier (Linux form, flags included), nullptr if none. Remote and error
  // frames match nothing.
  [[nodiscard]] const MessagePlan* find(std::uint32_t id) const {
    const std::uint16_t index = lookup(id);
    return index == kNone ? nullptr : &messages_[index];
  }
  [[nodiscard]] std::uint16_t lookup(std::uint32_t id) const {  // index into messages(), or kNone
    return table_.find(id);
  }
  [[nodiscard]] std::span<const MessagePlan> messages() const { return messages_; }

  static constexpr std::uint16_t kNone = 0xFFFF;

 private:
  std::vector<MessagePlan> messages_;
  IdentifierTable<std::uint16_t, kNone> table_;
};

}  // namespace cantrail::dbc
