// The loops that turn payload words into columns: one pass per signal over all rows of a message, written so
// that the compiler vectorises them, and compiled once per instruction set.
//
// All arrays are 64-byte aligned and hold a multiple of kLaneRows rows; what stands behind the last real row
// is computed like the rest and means nothing. Bitmaps: bit i % 64 of word i / 64 is row i.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "decode/dbc/database.hpp"

namespace cantrail::dbc {

inline constexpr std::size_t kLaneRows = 8;

[[nodiscard]] constexpr std::size_t padded_rows(std::size_t rows) {
  return (rows + kLaneRows - 1) / kLaneRows * kLaneRows;
}

enum class InstructionSet : std::uint8_t { baseline, avx2, avx512 };

[[nodiscard]] std::string_view to_string(InstructionSet set);
[[nodiscard]] bool supported(InstructionSet set);  // by this processor and this build
[[nodiscard]] InstructionSet best_instruction_set();

// How the bits of a signal become the words of its column.
enum class Conversion : std::uint8_t {
  real_52,        // integers of up to 52 bits to double: through the mantissa, exact on every instruction set
  real_signed,    // 53–64 bits
  real_unsigned,  // 53–64 bits
  integer_add,    // raw + offset
  integer_scale,  // raw * factor + offset
  float32,
  float64,
};

// Bits of a word: (word >> shift) & mask, from the payload word as it is or byte-swapped.
struct BitField {
  std::uint64_t mask = 0;
  std::uint8_t shift = 0;
  bool swapped = false;
};

struct ColumnStep {
  BitField bits;
  Conversion conversion = Conversion::real_52;
  std::uint16_t field = 0;
  std::uint64_t sign = 0;  // the sign bit of signed integers, else 0: (x ^ sign) - sign extends it
  std::uint64_t factor = 1, offset = 0;  // integers, or the bits of doubles, by the conversion
};

struct ColumnLoops {
  // Byte-swaps every word.
  void (*swap)(const std::uint64_t* words, std::uint64_t* swapped, std::size_t rows);
  // Runs the steps; `columns` is indexed by field. `swapped` is read only if a step wants it.
  void (*convert)(std::span<const ColumnStep> steps, const std::uint64_t* words, const std::uint64_t* swapped,
                  std::uint64_t* const* columns, std::size_t rows);
  // Bitmap of the rows whose bits lie in one of the ranges.
  void (*select)(const std::uint64_t* words, BitField bits, std::span<const SelectorRange> ranges,
                 std::uint64_t* bitmap, std::size_t rows);
  // Sets the column to 0 where the bitmap is 0.
  void (*blank)(std::uint64_t* column, const std::uint64_t* bitmap, std::size_t rows);
};

// One value, as convert() computes it: for messages with a row or two, which are not worth a vector.
[[nodiscard]] std::uint64_t convert_word(const ColumnStep& step, std::uint64_t word);

// Precondition: supported(set).
[[nodiscard]] const ColumnLoops& column_loops(InstructionSet set);

}  // namespace cantrail::dbc
