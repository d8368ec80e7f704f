// Columns of 64-bit values in few bytes, exactly. Integers are stored as they are, as differences, or as
// differences of differences, each in as many bits as their spread needs, or as numbers of variable length:
// whichever is shortest. Doubles that are a whole number times a power of ten, as most sensors' values are,
// are stored as those numbers; the others as they are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sinks/sqlite/bytes.hpp"

namespace cantrail::sqlite {

// Not thread-safe; keeps its memory, so that it allocates nothing after warm-up.
class ColumnCode {
 public:
  void put_integers(std::string& out, std::span<const std::int64_t> values);
  // The bits of doubles.
  void put_doubles(std::string& out, std::span<const std::uint64_t> words);

  // As many values as were put; zeros where the bytes are damaged (the reader then says so).
  static void get_integers(ByteReader& in, std::span<std::int64_t> values);
  static void get_doubles(ByteReader& in, std::span<std::uint64_t> words);

 private:
  struct Scale {
    bool divide = false;  // value = number / 10^power, else number * 10^-power
    unsigned power = 0;
  };

  bool scale_of(std::span<const std::uint64_t> words, Scale& scale);

  std::vector<std::int64_t> first_, second_, numbers_;
  std::vector<std::uint32_t> odd_;  // places of values that the scale does not give
};

}  // namespace cantrail::sqlite
