#include "sinks/sqlite/keep.hpp"

#include <charconv>

#include "base/text.hpp"

namespace cantrail::sqlite {
namespace {

constexpr Duration kLeastAge = std::chrono::minutes(1);
constexpr std::uint64_t kLeastBytes = 8'000'000;
constexpr std::uint64_t kLeastRows = 10'000;

Fault wrong(std::string_view word, std::string_view why) {
  return {FaultKind::config, "\"" + printable(word) + "\" " + std::string(why)};
}

// "1000000 rows", "1,000,000 rows", "1_000_000 rows".
std::optional<std::uint64_t> parse_rows(std::string_view word) {
  constexpr std::string_view kUnit = "rows";
  if (!word.ends_with(kUnit)) return std::nullopt;
  word.remove_suffix(kUnit.size());
  std::string digits;
  for (const char c : trim(word)) {
    if (c != ',' && c != '_') digits += c;
  }
  std::uint64_t rows = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, rows);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return rows;
}

template <class T>
Status set_once(std::optional<T>& limit, T value, T least, std::string_view word, const char* too_small) {
  if (limit) return wrong(word, "is a second limit of the same kind");
  if (value < least) return wrong(word, too_small);
  limit = value;
  return {};
}

Status add_word(Keep& keep, std::string_view word) {
  if (const auto rows = parse_rows(word)) {
    return set_once(keep.rows, *rows, kLeastRows, word, "is too little: at least 10,000 rows");
  }
  if (const auto age = parse_duration(word)) {
    return set_once(keep.age, *age, kLeastAge, word, "is too short: at least 1 minute");
  }
  if (const auto bytes = parse_bytes(word)) {
    return set_once(keep.bytes, *bytes, kLeastBytes, word, "is too little: at least 8 MB");
  }
  if (is_too_many_bytes(word) || is_too_long_duration(word)) {
    return wrong(word, R"(is too large; "forever" keeps everything)");
  }
  return wrong(word,
               R"(is none of a time ("30d"), a size ("8GB"), a number of rows ("1000000 rows"), "forever")");
}

}  // namespace

Result<Keep> parse_keep(std::span<const std::string> words, std::string_view option) {
  const auto of_option = [option](const Fault& fault) {
    return Fault{fault.kind, std::string(option) + ": " + fault.message};
  };
  Keep keep;
  if (words.empty()) return of_option({FaultKind::config, R"(names no limit; "forever" keeps everything)"});
  for (const std::string& text : words) {
    const std::string_view word = trim(text);
    if (word == "forever") {
      if (words.size() != 1) return of_option(wrong(word, "stands beside a limit"));
      return Keep{};
    }
    if (const Status added = add_word(keep, word); !added) return of_option(added.fault());
  }
  return keep;
}

}  // namespace cantrail::sqlite
