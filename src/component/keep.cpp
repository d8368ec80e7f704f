#include "component/keep.hpp"

#include <charconv>

#include "base/text.hpp"
#include "component/option_text.hpp"

namespace cantrail {
namespace {

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
Status set_once(std::optional<T>& limit, T value, std::string_view word) {
  if (limit) return wrong(word, "is a second limit of the same kind");
  limit = value;
  return {};
}

Status add_word(Keep& keep, std::string_view word) {
  if (const auto rows = parse_rows(word)) return set_once(keep.rows, *rows, word);
  if (const auto age = parse_duration(word)) return set_once(keep.age, *age, word);
  // A bare number is a size to parse_bytes(), and a slip of the pen here.
  const bool has_unit = word.ends_with('B');
  if (const auto bytes = parse_bytes(word); bytes && has_unit) return set_once(keep.bytes, *bytes, word);
  if (is_too_many_bytes(word) || is_too_long_duration(word)) {
    return wrong(word, R"(is too large; "forever" keeps everything)");
  }
  return wrong(word,
               R"(is none of a time ("30d"), a size ("8GB"), a number of rows ("1000000 rows"), "forever")");
}

}  // namespace

Result<Keep> parse_keep(std::span<const std::string> words) {
  Keep keep;
  if (words.empty()) return Fault{FaultKind::config, R"(names no limit; "forever" keeps everything)"};
  for (const std::string& text : words) {
    const std::string_view word = trim(text);
    if (word == "forever") {
      if (words.size() != 1) return wrong(word, "stands beside a limit");
      return Keep{};
    }
    if (const Status added = add_word(keep, word); !added) return added.fault();
  }
  return keep;
}

std::optional<std::string> too_little(const Keep& limits, const Keep& least) {
  if (limits.age && least.age && *limits.age < *least.age) {
    return exact_duration(*limits.age) + " is too short: at least " + format_duration(*least.age);
  }
  if (limits.bytes && least.bytes && *limits.bytes < *least.bytes) {
    return exact_bytes(*limits.bytes) + " is too little: at least " + exact_bytes(*least.bytes);
  }
  if (limits.rows && least.rows && *limits.rows < *least.rows) {
    return format_count(*limits.rows) + " rows is too little: at least " + format_count(*least.rows) +
           " rows";
  }
  return std::nullopt;
}

std::vector<std::string> keep_words(const Keep& keep) {
  std::vector<std::string> words;
  if (keep.age) words.push_back(exact_duration(*keep.age));
  if (keep.bytes) words.push_back(exact_bytes(*keep.bytes));
  if (keep.rows) words.push_back(std::to_string(*keep.rows) + " rows");
  if (words.empty()) words.emplace_back("forever");
  return words;
}

}  // namespace cantrail
