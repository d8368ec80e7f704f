// Streams and fields: what rows look like. Plain data, immutable once it is part of a catalog.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cantrail {

// Each column has one type. Integers stay integers where factor and offset are integers and every value fits.
enum class FieldType : std::uint8_t { f64, i64, u64, boolean, text, blob };

// Cells that are bytes of any length, not numbers.
[[nodiscard]] constexpr bool holds_bytes(FieldType type) {
  return type == FieldType::text || type == FieldType::blob;
}

[[nodiscard]] std::string_view to_string(FieldType type);

// A name for one value of a field. `word` is the value as the column holds it (StreamBlock::word), so a label
// is found by comparing 64 bits, exactly, whatever the type.
struct Label {
  std::uint64_t word = 0;
  std::string text;
  bool operator==(const Label&) const = default;
};

// Where a field's bits are in its frame, as its DBC says it: for those who draw frames.
struct BitLayout {
  std::uint32_t start_bit = 0;  // little-endian: of the least significant bit; big-endian: of the most
                                // significant. Bit n is bit n % 8 (0 the least significant) of byte n / 8
  std::uint32_t length_bits = 1;
  bool big_endian = false;
  bool is_signed = false;
  bool is_float = false;
  double factor = 1, offset = 0;
  bool is_selector = false;   // says which multiplexed fields are there
  std::string selector = {};  // of a multiplexed field: the field that says whether it is there; empty: none
  // The selector's raw values, without sign, that switch this field on: closed ranges.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> selected_by = {};
  bool operator==(const BitLayout&) const = default;
};

// A closed range of values.
struct Band {
  double low = 0, high = 0;
  bool operator==(const Band&) const = default;
};

struct FieldSchema {
  std::string name;
  FieldType type = FieldType::f64;
  std::string unit;
  std::optional<double> minimum;  // declared range, in physical units
  std::optional<double> maximum;
  std::string comment;
  std::vector<Label> labels;  // sorted by word
  bool optional = false;  // may be absent in a row (multiplexed signals); short frames make any field absent
  std::optional<BitLayout> layout = std::nullopt;  // of a field decoded from frames
  std::optional<Band> good = std::nullopt;         // where a value is as it should be: for display

  [[nodiscard]] const std::string* label_of(std::uint64_t word) const;  // nullptr: none
  bool operator==(const FieldSchema&) const = default;
};

// What the rows of a stream consist of. Shared by the same message on several channels.
struct RowSchema {
  std::string name;
  std::vector<FieldSchema> fields;
  std::string comment;
  std::vector<std::pair<std::string, std::string>> labels;  // of the stream: "room" → "Flower back"
  // For a stream that a DBC message defines:
  std::optional<std::uint32_t> can_id;    // with kIdExtended
  std::optional<std::uint32_t> group;     // J1939: of whatever sender
  std::uint32_t length_bytes = 0;         // of the frame
  std::optional<std::uint32_t> cycle_ms;  // GenMsgCycleTime
  std::string sender;

  [[nodiscard]] std::optional<std::size_t> field(std::string_view field_name) const;
  [[nodiscard]] const std::string* label(std::string_view label_name) const;  // nullptr: none
  bool operator==(const RowSchema&) const = default;
};

}  // namespace cantrail
