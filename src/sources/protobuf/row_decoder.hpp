// Messages of one type into the columns of a block, off the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/stream_block.hpp"
#include "sources/protobuf/json_text.hpp"
#include "sources/protobuf/large_values.hpp"
#include "sources/protobuf/row_plan.hpp"
#include "sources/protobuf/well_known.hpp"

namespace cantrail::protobuf {

// No allocation a row after warm-up, but for the texts of lists. One thread.
class RowDecoder {
 public:
  explicit RowDecoder(RowPlanPtr plan);

  // The rows that follow go into `block`, which is made for so many and outlives them.
  void begin(StreamBlock& block, StreamId stream, std::size_t rows);

  struct Outcome {
    bool malformed = false;  // then the row holds nothing of use
    bool blob_lost = false;  // a value is absent because it could not be kept
  };
  // `large`: what find_large_values() found in this very message, and where it is now.
  [[nodiscard]] Outcome decode(std::size_t row, ByteSpan message, std::span<const LargeValue> large = {});

  // What the row says about when it was measured, where the plan has such a column.
  [[nodiscard]] std::optional<std::int64_t> time_of(std::size_t row) const;

 private:
  [[nodiscard]] bool message(std::uint32_t node, ByteSpan bytes);
  [[nodiscard]] bool field(const PlanNode& node, std::size_t index, const Occurrence& occurrence);
  [[nodiscard]] bool value(const FieldShape& field, std::uint32_t column, const Occurrence& occurrence);
  [[nodiscard]] bool well_known(WellKnown kind, std::uint32_t column, ByteSpan bytes);
  [[nodiscard]] bool finish();
  [[nodiscard]] bool choose(const PlanNode& node, std::uint32_t oneof, std::size_t index);
  [[nodiscard]] bool forget(const PlanNode& node, std::size_t index);
  [[nodiscard]] bool forget_json(std::uint32_t json);
  [[nodiscard]] bool append_json(std::uint32_t json, std::size_t most_bytes);
  void blob(std::uint32_t column, ByteSpan bytes);
  void set(std::uint32_t column, std::uint64_t word) {
    words_[column][row_] = word;
    make_valid(column);
  }
  void make_valid(std::uint32_t column) {
    if (valid_[column] != nullptr) valid_[column][row_ / 64] |= std::uint64_t{1} << row_ % 64;
  }
  void make_absent(std::uint32_t column) {
    words_[column][row_] = 0;
    if (valid_[column] != nullptr) valid_[column][row_ / 64] &= ~(std::uint64_t{1} << row_ % 64);
  }

  RowPlanPtr plan_;
  JsonText json_text_;
  StreamBlock* block_ = nullptr;
  std::vector<std::uint64_t*> words_, valid_;  // by column; valid_: nullptr where it is always there

  // Of the row at hand:
  std::size_t row_ = 0;
  std::span<const LargeValue> large_;
  Outcome outcome_;
  std::vector<std::uint8_t> present_;   // by node
  std::vector<std::uint32_t> chosen_;   // by oneof: the field's index + 1; 0: none
  std::vector<SecondsAndNanos> known_;  // by column: what occurrences of a Timestamp or Duration have said
  std::vector<std::vector<Occurrence>> listed_;  // by JSON column
  std::size_t listed_count_ = 0;
  std::size_t most_text_ = 0;  // bytes of JSON that the row may still have
  std::string text_;
};

}  // namespace cantrail::protobuf
