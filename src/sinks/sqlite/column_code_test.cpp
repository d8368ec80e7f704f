#include "sinks/sqlite/column_code.hpp"

#include <bit>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace cantrail::sqlite {
namespace {

std::size_t through_integers(const std::vector<std::int64_t>& values) {
  ColumnCode code;
  std::string bytes;
  code.put_integers(bytes, values);
  std::vector<std::int64_t> back(values.size(), -7);
  ByteReader in(bytes);
  ColumnCode::get_integers(in, back);
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(back, values);
  return bytes.size();
}

std::size_t through_doubles(const std::vector<double>& values) {
  ColumnCode code;
  std::string bytes;
  std::vector<std::uint64_t> words;
  for (const double value : values) words.push_back(std::bit_cast<std::uint64_t>(value));
  code.put_doubles(bytes, words);
  std::vector<std::uint64_t> back(values.size(), 7);
  ByteReader in(bytes);
  ColumnCode::get_doubles(in, back);
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(back, words);
  return bytes.size();
}

TEST(ColumnCode, GivesIntegersBackExactly) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  through_integers({});
  through_integers({5});
  through_integers({kLeast, kMost});
  through_integers({kMost, kLeast, 0, -1, 1, kLeast, kLeast + 1});
  std::mt19937_64 random(1);
  for (unsigned bits = 0; bits < 64; ++bits) {
    for (const std::size_t count : {1U, 2U, 3U, 8U, 61U, 200U}) {
      std::vector<std::int64_t> noise, ramp, bent;
      for (std::size_t i = 0; i < count; ++i) {
        noise.push_back(static_cast<std::int64_t>(random() >> bits) - 1000);
        ramp.push_back(static_cast<std::int64_t>(i * 1'000'000'007 + (random() >> 63)));
        bent.push_back(static_cast<std::int64_t>(i * i * 12'345));
      }
      through_integers(noise);
      through_integers(ramp);
      through_integers(bent);
    }
  }
}

TEST(ColumnCode, TakesFewBytesForWhatChangesLittle) {
  std::vector<std::int64_t> same(60, 1'700'000'000), ramp, noisy;
  for (std::int64_t i = 0; i < 60; ++i) {
    ramp.push_back(1'700'000'000'000'000'000 + i * 1'000'000'000);
    noisy.push_back(20'000 + i * 7 % 16);
  }
  EXPECT_LE(through_integers(same), 8U);
  EXPECT_LE(through_integers(ramp), 20U);
  EXPECT_LE(through_integers(noisy), 35U);
}

TEST(ColumnCode, GivesDoublesBackToTheLastBit) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  through_doubles({});
  through_doubles({0.0, -0.0, nan, std::numeric_limits<double>::infinity(), 1e300, 5e-324});
  std::mt19937_64 random(2);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> bits, tenths, hundredths, mixed;
    for (int i = 0; i < 100; ++i) {
      bits.push_back(std::bit_cast<double>(random()));
      const auto raw = static_cast<double>(static_cast<std::int64_t>(random() % 65536) - 32768);
      tenths.push_back(raw * 0.1);
      hundredths.push_back(raw * 0.01 - 40);
      mixed.push_back(i % 20 == 3 ? nan : raw / 100);
    }
    through_doubles(bits);
    through_doubles(tenths);
    through_doubles(hundredths);
    through_doubles(mixed);
  }
}

TEST(ColumnCode, StoresSensorValuesAsTheirNumbers) {
  std::vector<double> values;
  for (int i = 0; i < 60; ++i) values.push_back((2300 + i * 5 % 32) * 0.01);
  EXPECT_LE(through_doubles(values), 45U);
}

TEST(ColumnCode, SaysWhenBytesAreDamaged) {
  ColumnCode code;
  std::string bytes;
  const std::vector<std::int64_t> values{1, 1000, -1'000'000, 4, 99'999'999, 12};
  code.put_integers(bytes, values);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    ByteReader in(std::string_view(bytes).substr(0, cut));
    std::vector<std::int64_t> back(values.size());
    ColumnCode::get_integers(in, back);
    EXPECT_FALSE(in.ok()) << cut;
  }
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string forged(random() % 40, '\0');
    for (char& byte : forged) byte = static_cast<char>(random());
    ByteReader in(forged), again(forged);
    std::vector<std::int64_t> integers(9);
    std::vector<std::uint64_t> words(9);
    ColumnCode::get_integers(in, integers);
    ColumnCode::get_doubles(again, words);
  }
}

}  // namespace
}  // namespace cantrail::sqlite
