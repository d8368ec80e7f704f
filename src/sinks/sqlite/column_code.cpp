#include "sinks/sqlite/column_code.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace cantrail::sqlite {
namespace {

// The first byte of integers: how often differences were taken (0 to 2), and the bits of each; kNumbers for
// numbers of variable length.
constexpr std::uint8_t kNumbers = 0x7F;
constexpr unsigned kLevelShift = 7;  // of the whole head, which is a number itself

constexpr std::uint8_t kRawDoubles = 0xFF;
constexpr std::uint8_t kDivide = 0x10;
constexpr unsigned kMostPower = 9;
constexpr std::array<double, kMostPower + 1> kTens{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
constexpr std::array<double, kMostPower + 1> kTenths{1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9};

std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

struct Cost {
  std::size_t bytes = 0;
  unsigned bits = 0;  // each, or kNumbers
  std::int64_t least = 0;
};

Cost cost_of(std::span<const std::int64_t> values) {
  if (values.empty()) return {};
  std::int64_t least = values[0], most = values[0];
  std::size_t numbers = 0;
  for (const std::int64_t value : values) {
    least = std::min(least, value);
    most = std::max(most, value);
    numbers += number_size(zigzag(value));
  }
  const std::uint64_t spread = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
  const auto bits = static_cast<unsigned>(std::bit_width(spread));
  const std::size_t packed = number_size(zigzag(least)) + (values.size() * bits + 7) / 8;
  if (numbers < packed) return {numbers, kNumbers, 0};
  return {packed, bits, least};
}

void put_body(std::string& out, std::span<const std::int64_t> values, const Cost& cost) {
  if (cost.bits == kNumbers) {
    for (const std::int64_t value : values) put_number(out, zigzag(value));
    return;
  }
  if (values.empty()) return;
  put_number(out, zigzag(cost.least));
  std::uint64_t waiting = 0;
  unsigned filled = 0;
  for (const std::int64_t value : values) {
    const auto number = static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(cost.least);
    waiting |= number << filled;
    unsigned taken = std::min(cost.bits, 64 - filled);
    filled += taken;
    if (filled == 64) {
      out.append(reinterpret_cast<const char*>(&waiting), 8);
      waiting = taken < 64 ? number >> taken : 0;
      filled = cost.bits - taken;
    }
  }
  out.append(reinterpret_cast<const char*>(&waiting), (filled + 7) / 8);
}

std::uint64_t bits_at(std::string_view bytes, std::size_t bit, unsigned width) {
  std::uint64_t value = 0;
  for (unsigned got = 0; got < width;) {
    const unsigned within = static_cast<unsigned>(bit + got) % 8;
    const auto byte = static_cast<std::uint8_t>(bytes[(bit + got) / 8]);
    value |= std::uint64_t{static_cast<std::uint8_t>(byte >> within)} << got;
    got += 8 - within;
  }
  return width == 64 ? value : value & ((std::uint64_t{1} << width) - 1);
}

void get_body(ByteReader& in, std::span<std::int64_t> values, unsigned bits) {
  if (bits == kNumbers) {
    for (std::int64_t& value : values) value = unzigzag(in.number());
    return;
  }
  if (values.empty()) return;
  const std::int64_t least = unzigzag(in.number());
  const std::string_view bytes = bits <= 64 ? in.bytes((values.size() * bits + 7) / 8) : std::string_view();
  const bool whole = bits <= 64 && bytes.size() == (values.size() * bits + 7) / 8;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = whole ? plus(least, static_cast<std::int64_t>(bits_at(bytes, i * bits, bits))) : 0;
  }
}

void differences(std::span<const std::int64_t> values, std::vector<std::int64_t>& out) {
  out.resize(values.size() - 1);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = minus(values[i + 1], values[i]);
}

double scaled(std::int64_t number, bool divide, unsigned power) {
  const auto value = static_cast<double>(number);
  return divide ? value / kTens[power] : value * kTenths[power];
}

// Whether the scale gives exactly this value, -0.0 and all.
bool fits(std::uint64_t word, bool divide, unsigned power, std::int64_t& number) {
  const auto value = std::bit_cast<double>(word);
  const double wanted = value * kTens[power];
  if (!(std::fabs(wanted) < 4e15)) return false;
  number = static_cast<std::int64_t>(wanted + (wanted < 0 ? -0.5 : 0.5));  // a half fits neither way
  return std::bit_cast<std::uint64_t>(scaled(number, divide, power)) == word;
}

}  // namespace

void ColumnCode::put_integers(std::string& out, std::span<const std::int64_t> values) {
  Cost best = cost_of(values);
  unsigned level = 0;
  std::span<const std::int64_t> body = values;
  if (values.size() > 2 && best.bits != 0) {
    differences(values, first_);
    differences(first_, second_);
    const Cost once = cost_of(first_), twice = cost_of(second_);
    const std::size_t start = number_size(zigzag(values[0]));
    if (once.bytes + start < best.bytes) {
      best = once;
      best.bytes += start;
      level = 1;
      body = first_;
    }
    if (twice.bytes + start + number_size(zigzag(first_[0])) < best.bytes) {
      best = twice;
      level = 2;
      body = second_;
    }
  }
  put_number(out, std::uint64_t{level} << kLevelShift | best.bits);
  if (level >= 1) put_number(out, zigzag(values[0]));
  if (level == 2) put_number(out, zigzag(first_[0]));
  put_body(out, body, best);
}

void ColumnCode::get_integers(ByteReader& in, std::span<std::int64_t> values) {
  const std::uint64_t head = in.number();
  const std::uint64_t level = head >> kLevelShift;
  const auto bits = static_cast<unsigned>(head & kNumbers);
  const std::size_t taken = std::min<std::size_t>(level, values.size());
  for (std::size_t i = 0; i < taken; ++i) values[i] = unzigzag(in.number());
  get_body(in, values.subspan(taken), bits);
  if (level == 2) {
    for (std::size_t i = 2; i < values.size(); ++i) values[i] = plus(values[i - 1], values[i]);
  }
  if (level >= 1) {
    for (std::size_t i = 1; i < values.size(); ++i) values[i] = plus(values[i - 1], values[i]);
  }
}

// The scale that gives the most of a few values, if it gives nearly all of them.
bool ColumnCode::scale_of(std::span<const std::uint64_t> words, Scale& scale) {
  constexpr std::size_t kTried = 16;
  const std::size_t step = std::max<std::size_t>(words.size() / kTried, 1);
  std::size_t best = 0, tried = 0;
  for (unsigned power = 0; power <= kMostPower; ++power) {
    for (const bool divide : {false, true}) {
      if (power == 0 && divide) continue;
      std::size_t hits = 0;
      tried = 0;
      for (std::size_t i = 0; i < words.size(); i += step, ++tried) {
        std::int64_t number = 0;
        if (fits(words[i], divide, power, number)) ++hits;
      }
      if (hits > best) {
        best = hits;
        scale = {divide, power};
      }
      if (hits == tried) return true;
    }
  }
  return best * 8 >= tried * 7;
}

void ColumnCode::put_doubles(std::string& out, std::span<const std::uint64_t> words) {
  Scale scale;
  if (words.empty() || !scale_of(words, scale)) {
    out += static_cast<char>(kRawDoubles);
    out.append(reinterpret_cast<const char*>(words.data()), words.size_bytes());
    return;
  }
  numbers_.resize(words.size());
  odd_.clear();
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (fits(words[i], scale.divide, scale.power, numbers_[i])) continue;
    odd_.push_back(static_cast<std::uint32_t>(i));
    numbers_[i] = i > 0 ? numbers_[i - 1] : 0;
  }
  out += static_cast<char>(scale.power | (scale.divide ? kDivide : 0U));
  put_number(out, odd_.size());
  for (const std::uint32_t place : odd_) {
    put_number(out, place);
    out.append(reinterpret_cast<const char*>(&words[place]), 8);
  }
  put_integers(out, numbers_);
}

void ColumnCode::get_doubles(ByteReader& in, std::span<std::uint64_t> words) {
  const std::uint8_t head = in.byte();
  if (head == kRawDoubles) {
    for (std::uint64_t& word : words) word = in.word();
    return;
  }
  const unsigned power = std::min<unsigned>(head & 0x0FU, kMostPower);
  const bool divide = (head & kDivide) != 0;
  std::vector<std::pair<std::size_t, std::uint64_t>> odd(in.count(words.size()));
  for (auto& [place, word] : odd) {
    place = in.count(words.size());
    word = in.word();
  }
  std::vector<std::int64_t> numbers(words.size());
  get_integers(in, numbers);
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = std::bit_cast<std::uint64_t>(scaled(numbers[i], divide, power));
  }
  for (const auto& [place, word] : odd) {
    if (place < words.size()) words[place] = word;
  }
}

}  // namespace cantrail::sqlite
