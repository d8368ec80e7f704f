#include "encode/protobuf/wire_reader.hpp"

namespace cantrail::encode::protobuf::wire {

const char* take_more(const char* at, const char* end, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 7 * (kMostVarintBytes - 1) && at != end; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*at++);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return at;
  }
  return nullptr;
}

const char* Reader::pass_group(const char* at, const char* end, std::uint32_t number) {
  constexpr std::size_t kMostGroups = 100;  // one in the other: what libprotobuf allows
  std::uint32_t open[kMostGroups] = {number};
  std::size_t depth = 1;
  Reader inner({at, static_cast<std::size_t>(end - at)});
  while (depth != 0) {
    if (!inner.take_field()) return nullptr;
    if (inner.is(Type::group)) {
      if (depth == kMostGroups) return nullptr;
      open[depth++] = inner.number();
    } else if (inner.is(Type::end_group) && open[--depth] != inner.number()) {
      return nullptr;
    }
  }
  return inner.at_;
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
