#include "formats/hex.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace cantrail {
namespace {

// One character at a time, as slowly and plainly as can be.
HexRun plain_run(const char* text) {
  HexRun run;
  while (run.digits < 16 && hex_value(text[run.digits]) != kNoHexDigit) ++run.digits;
  for (unsigned i = 0; i < run.digits / 2; ++i) {
    run.bytes |= static_cast<std::uint64_t>(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]))
                 << (8 * i);
  }
  return run;
}

TEST(Hex, AgreesWithPlainReadingForEveryCharacterAtEveryPlace) {
  for (unsigned place = 0; place < 16; ++place) {
    for (int c = 0; c < 256; ++c) {
      std::string text = "0123456789abCDEF";
      text[place] = static_cast<char>(c);
      const HexRun expected = plain_run(text.data());
      for (const HexRun& run : {read_hex16(text.data()), read_hex16_portable(text.data())}) {
        ASSERT_EQ(run.digits, expected.digits) << place << " " << c;
        ASSERT_EQ(run.bytes, expected.bytes) << place << " " << c;
      }
    }
  }
}

TEST(Hex, AgreesWithPlainReadingForRandomBytes) {
  std::mt19937 random(7);
  for (int i = 0; i < 200'000; ++i) {
    std::string text(16, ' ');
    for (char& c : text) {
      c = random() % 8 == 0 ? static_cast<char>(random()) : "0123456789abcdefABCDEF"[random() % 22];
    }
    const HexRun expected = plain_run(text.data());
    ASSERT_EQ(read_hex16(text.data()).digits, expected.digits);
    ASSERT_EQ(read_hex16(text.data()).bytes, expected.bytes);
    ASSERT_EQ(read_hex16_portable(text.data()).digits, expected.digits);
    ASSERT_EQ(read_hex16_portable(text.data()).bytes, expected.bytes);
  }
}

TEST(Decimal, KnowsDigitsFromOthers) {
  for (unsigned place = 0; place < 8; ++place) {
    for (int c = 0; c < 256; ++c) {
      std::string text = "90817263";
      text[place] = static_cast<char>(c);
      ASSERT_EQ(all_decimal8(load_text8(text.data())), c >= '0' && c <= '9') << place << " " << c;
    }
  }
  EXPECT_EQ(decimal8(load_text8("90817263")), 90817263U);
  EXPECT_EQ(decimal8(load_text8("00000001")), 1U);
  EXPECT_EQ(decimal8(load_text8("99999999")), 99999999U);
}

}  // namespace
}  // namespace cantrail
