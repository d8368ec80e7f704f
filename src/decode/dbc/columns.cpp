#include "decode/dbc/columns.hpp"

#include <array>
#include <bit>

// The bodies are inlined into one entry per instruction set, which is what makes the compiler vectorise them
// for it. Plain functions rather than target_clones: a test can run every variant, and there are no ifuncs,
// which sanitizers do not survive.
#define CANTRAIL_INLINE inline __attribute__((always_inline))

namespace cantrail::dbc {
namespace {

using Word = std::uint64_t;

constexpr Word kMantissaTag = 0x4330000000000000ULL;  // the bits of 2^52: an OR with x < 2^52 gives 2^52 + x

template <class Convert>
CANTRAIL_INLINE void each(const Word* __restrict in, Word* __restrict out, std::size_t rows,
                          Convert convert) {
  const Word* __restrict from = static_cast<const Word*>(__builtin_assume_aligned(in, 64));
  Word* __restrict to = static_cast<Word*>(__builtin_assume_aligned(out, 64));
  const std::size_t lanes = rows / kLaneRows;
  for (std::size_t i = 0; i < lanes * kLaneRows; ++i) to[i] = convert(from[i]);
}

CANTRAIL_INLINE Word scaled(double value, double factor, double offset) {
  return std::bit_cast<Word>(value * factor + offset);
}

CANTRAIL_INLINE void convert_one(const ColumnStep step, const Word* in, Word* out, std::size_t rows) {
  const Word mask = step.bits.mask, sign = step.sign;
  const unsigned shift = step.bits.shift;
  const double bias = std::bit_cast<double>(kMantissaTag | sign);  // 2^52 + sign
  const auto factor = std::bit_cast<double>(step.factor), offset = std::bit_cast<double>(step.offset);
  switch (step.conversion) {
    case Conversion::real_52:
      return each(
          in, out, rows, [=](Word word) __attribute__((always_inline)) {
            const Word biased = ((word >> shift) & mask) ^ sign;
            return scaled(std::bit_cast<double>(biased | kMantissaTag) - bias, factor, offset);
          });
    case Conversion::real_signed:
      return each(
          in, out, rows, [=](Word word) __attribute__((always_inline)) {
            const Word raw = (((word >> shift) & mask) ^ sign) - sign;
            return scaled(static_cast<double>(static_cast<std::int64_t>(raw)), factor, offset);
          });
    case Conversion::real_unsigned:
      return each(
          in, out, rows, [=](Word word) __attribute__((always_inline)) {
            return scaled(static_cast<double>((word >> shift) & mask), factor, offset);
          });
    case Conversion::integer_add: {
      const Word add = step.offset - sign;
      return each(
          in, out, rows, [=](Word word) __attribute__((always_inline)) {
            return (((word >> shift) & mask) ^ sign) + add;
          });
    }
    case Conversion::integer_scale: {
      const Word times = step.factor, add = step.offset;
      return each(
          in, out, rows, [=](Word word) __attribute__((always_inline)) {
            return ((((word >> shift) & mask) ^ sign) - sign) * times + add;
          });
    }
    case Conversion::float32:
      return each(
          in, out, rows, [=](Word word) __attribute__((always_inline)) {
            const auto bits = static_cast<std::uint32_t>(word >> shift);
            return scaled(static_cast<double>(std::bit_cast<float>(bits)), factor, offset);
          });
    case Conversion::float64:
      return each(
          in, out, rows, [=](Word word) __attribute__((always_inline)) {
            return scaled(std::bit_cast<double>(word), factor, offset);
          });
  }
}

CANTRAIL_INLINE void swap_body(const Word* words, Word* swapped, std::size_t rows) {
  each(
      words, swapped, rows, [](Word word) __attribute__((always_inline)) { return __builtin_bswap64(word); });
}

CANTRAIL_INLINE void convert_body(std::span<const ColumnStep> steps, const Word* words, const Word* swapped,
                                  Word* const* columns, std::size_t rows) {
  for (const ColumnStep& step : steps) {
    convert_one(step, step.bits.swapped ? swapped : words, columns[step.field], rows);
  }
}

struct LaneBits {
  alignas(64) std::array<Word, 64> bit{};
  constexpr LaneBits() {
    for (unsigned i = 0; i < 64; ++i) bit[i] = Word{1} << i;
  }
};
constexpr LaneBits kLaneBits;

CANTRAIL_INLINE void select_body(const Word* words, BitField bits, std::span<const SelectorRange> ranges,
                                 Word* bitmap, std::size_t rows) {
  const Word mask = bits.mask;
  const unsigned shift = bits.shift;
  for (std::size_t begin = 0; begin < rows; begin += 64) {
    const std::size_t count = rows - begin < 64 ? rows - begin : 64;
    const Word* from = words + begin;
    Word hits = 0;
    for (const SelectorRange& range : ranges) {
      const Word low = range.from, span = range.to - range.from;
      for (std::size_t i = 0; i < count; ++i) {
        hits |= ((from[i] >> shift) & mask) - low <= span ? kLaneBits.bit[i] : 0;
      }
    }
    bitmap[begin / 64] = hits;
  }
}

CANTRAIL_INLINE void blank_body(Word* column, const Word* bitmap, std::size_t rows) {
  for (std::size_t begin = 0; begin < rows; begin += 64) {
    const std::size_t count = rows - begin < 64 ? rows - begin : 64;
    const Word bits = bitmap[begin / 64];
    Word* to = column + begin;
    for (std::size_t i = 0; i < count; ++i) to[i] = (bits & kLaneBits.bit[i]) != 0 ? to[i] : 0;
  }
}

#define CANTRAIL_COLUMN_LOOPS(NAME, TARGET)                                                             \
  TARGET void swap_##NAME(const Word* words, Word* swapped, std::size_t rows) {                         \
    swap_body(words, swapped, rows);                                                                    \
  }                                                                                                     \
  TARGET void convert_##NAME(std::span<const ColumnStep> steps, const Word* words, const Word* swapped, \
                             Word* const* columns, std::size_t rows) {                                  \
    convert_body(steps, words, swapped, columns, rows);                                                 \
  }                                                                                                     \
  TARGET void select_##NAME(const Word* words, BitField bits, std::span<const SelectorRange> ranges,    \
                            Word* bitmap, std::size_t rows) {                                           \
    select_body(words, bits, ranges, bitmap, rows);                                                     \
  }                                                                                                     \
  TARGET void blank_##NAME(Word* column, const Word* bitmap, std::size_t rows) {                        \
    blank_body(column, bitmap, rows);                                                                   \
  }                                                                                                     \
  constexpr ColumnLoops k_##NAME{swap_##NAME, convert_##NAME, select_##NAME, blank_##NAME};

CANTRAIL_COLUMN_LOOPS(baseline, )
#ifdef __x86_64__
CANTRAIL_COLUMN_LOOPS(avx2, __attribute__((target("avx2"))))
#ifdef __clang__  // does not know the width, which GCC would leave at 256 bits
CANTRAIL_COLUMN_LOOPS(avx512, __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))))
#else
CANTRAIL_COLUMN_LOOPS(avx512,
                      __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512"))))
#endif
#endif

}  // namespace

std::string_view to_string(InstructionSet set) {
  switch (set) {
    case InstructionSet::baseline:
      return "baseline";
    case InstructionSet::avx2:
      return "avx2";
    case InstructionSet::avx512:
      return "avx512";
  }
  return "?";
}

bool supported(InstructionSet set) {
#ifdef __x86_64__
  if (set == InstructionSet::avx2) return __builtin_cpu_supports("avx2");
  if (set == InstructionSet::avx512) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
#endif
  return set == InstructionSet::baseline;
}

InstructionSet best_instruction_set() {
  if (supported(InstructionSet::avx512)) return InstructionSet::avx512;
  return supported(InstructionSet::avx2) ? InstructionSet::avx2 : InstructionSet::baseline;
}

std::uint64_t convert_word(const ColumnStep& step, std::uint64_t word) {
  const Word bits = (word >> step.bits.shift) & step.bits.mask, raw = (bits ^ step.sign) - step.sign;
  const auto factor = std::bit_cast<double>(step.factor), offset = std::bit_cast<double>(step.offset);
  switch (step.conversion) {
    case Conversion::real_52:
    case Conversion::real_signed:
      return scaled(static_cast<double>(static_cast<std::int64_t>(raw)), factor, offset);
    case Conversion::real_unsigned:
      return scaled(static_cast<double>(bits), factor, offset);
    case Conversion::integer_add:
    case Conversion::integer_scale:
      return raw * step.factor + step.offset;
    case Conversion::float32:
      return scaled(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits))), factor,
                    offset);
    case Conversion::float64:
      break;
  }
  return scaled(std::bit_cast<double>(word), factor, offset);
}

const ColumnLoops& column_loops([[maybe_unused]] InstructionSet set) {
#ifdef __x86_64__
  if (set == InstructionSet::avx2) return k_avx2;
  if (set == InstructionSet::avx512) return k_avx512;
#endif
  return k_baseline;
}

}  // namespace cantrail::dbc
