#include "encode/protobuf/wire_reader.hpp"

#include <limits>

namespace cantrail::encode::protobuf::wire {
namespace {

constexpr std::uint32_t kMostNumber = (1U << 29) - 1;
constexpr int kMostGroups = 100;  // one in the other: what libprotobuf allows

}  // namespace

bool Reader::next() {
  if (failed_ || rest_.empty()) return false;
  do {
    failed_ = !take_field() || type_ == Type::end_group || (type_ == Type::group && !pass_group());
  } while (!failed_ && type_ == Type::end_group && !rest_.empty());
  return !failed_ && type_ != Type::end_group;
}

bool Reader::take_field() {
  std::uint64_t tag = 0;
  if (!take_varint(tag) || tag > std::numeric_limits<std::uint32_t>::max()) return false;
  number_ = static_cast<std::uint32_t>(tag >> 3);
  type_ = static_cast<Type>(tag & 7);
  if (number_ == 0 || number_ > kMostNumber) return false;
  switch (type_) {
    case Type::varint:
      return take_varint(value_);
    case Type::fixed64:
      return take_fixed(8);
    case Type::fixed32:
      return take_fixed(4);
    case Type::length:
      if (!take_varint(value_) || value_ > rest_.size()) return false;
      bytes_ = rest_.substr(0, value_);
      rest_.remove_prefix(value_);
      return true;
    case Type::group:
    case Type::end_group:
      return true;
  }
  return false;
}

// Up to the end of the group whose begin was taken, which is then what next() finds last.
bool Reader::pass_group() {
  std::uint32_t open[kMostGroups] = {number_};
  int depth = 1;
  while (depth != 0) {
    if (!take_field()) return false;
    if (type_ == Type::group) {
      if (depth == kMostGroups) return false;
      open[depth++] = number_;
    } else if (type_ == Type::end_group && open[--depth] != number_) {
      return false;
    }
  }
  return true;
}

bool Reader::take_varint(std::uint64_t& value) {
  value = 0;
  for (std::size_t i = 0; i < kMostVarintBytes && i < rest_.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(rest_[i]);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
    if ((byte & 0x80) != 0) continue;
    rest_.remove_prefix(i + 1);
    return true;
  }
  return false;
}

bool Reader::take_fixed(std::size_t bytes) {
  if (rest_.size() < bytes) return false;
  value_ = 0;
  std::memcpy(&value_, rest_.data(), bytes);
  rest_.remove_prefix(bytes);
  return true;
}

bool Timestamp::merge(std::string_view bytes) {
  Reader reader(bytes);
  while (reader.next()) {
    if (!reader.is(Type::varint)) continue;
    if (reader.number() == 1) seconds = static_cast<std::int64_t>(reader.value());
    if (reader.number() == 2) nanos = static_cast<std::int32_t>(reader.value());
  }
  return !reader.failed();
}

std::optional<WallTime> Timestamp::time() const {
  constexpr std::int64_t kSecond = 1'000'000'000;
  if (nanos < 0 || nanos >= kSecond) return std::nullopt;
  // The first second that int64 holds, it does not hold whole: count back from the second's end.
  const bool back = seconds < 0;
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(seconds + (back ? 1 : 0), kSecond, &ns) ||
      __builtin_add_overflow(ns, nanos - (back ? kSecond : 0), &ns)) {
    return std::nullopt;
  }
  return WallTime{ns};
}

}  // namespace cantrail::encode::protobuf::wire
