#include "sinks/sqlite/json_cut.hpp"

#include <charconv>
#include <cstdint>

#include "base/text.hpp"

namespace cantrail::sqlite {
namespace {

// The length of the quoted string that `text` begins with; 0 if there is none.
std::size_t string_length(std::string_view text) {
  if (text.empty() || text.front() != '"') return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return 0;
}

// The length of the value: up to a comma or the closing bracket at this level.
std::size_t value_length(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const std::size_t length = string_length(text.substr(i));
      if (length == 0) return 0;
      i += length - 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth-- == 0) return i;
    } else if (c == ',' && depth == 0) {
      return i;
    }
  }
  return 0;
}

std::optional<std::uint32_t> take_hex4(std::string_view text, std::size_t at) {
  std::uint32_t code = 0;
  if (at + 4 > text.size()) return std::nullopt;
  const char* end = text.data() + at + 4;
  const auto [stop, error] = std::from_chars(text.data() + at, end, code, 16);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return code;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// `at` is behind "\u"; moves it behind the escape, over both halves of a surrogate pair.
std::uint32_t take_escape(std::string_view text, std::size_t& at) {
  constexpr std::uint32_t kBroken = 0xFFFD;
  const auto high = take_hex4(text, at);
  if (!high) return kBroken;
  at += 4;
  if (*high < 0xD800 || *high > 0xDFFF) return *high;
  if (*high > 0xDBFF || text.substr(at, 2) != "\\u") return kBroken;
  const auto low = take_hex4(text, at + 2);
  if (!low || *low < 0xDC00 || *low > 0xDFFF) return kBroken;
  at += 6;
  return 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00);
}

}  // namespace

Members::Members(std::string_view object) : rest_(object) {
  ok_ = rest_.size() >= 2 && rest_.front() == '{' && rest_.back() == '}';
  if (ok_) rest_.remove_prefix(1);
}

std::optional<Member> Members::next() {
  if (!ok_ || rest_.empty() || rest_.front() == '}') return std::nullopt;
  ok_ = false;  // until the member is whole
  if (!first_) {
    if (rest_.front() != ',') return std::nullopt;
    rest_.remove_prefix(1);
  }
  first_ = false;
  const std::size_t key = string_length(rest_);
  if (key == 0 || key >= rest_.size() || rest_[key] != ':') return std::nullopt;
  const std::size_t value = value_length(rest_.substr(key + 1));
  if (value == 0) return std::nullopt;
  const Member member{rest_.substr(0, key), rest_.substr(key + 1, value)};
  rest_.remove_prefix(key + 1 + value);
  ok_ = true;
  return member;
}

std::string unquote(std::string_view quoted) {
  std::string out;
  if (quoted.size() < 2) return out;
  const std::string_view text = quoted.substr(1, quoted.size() - 2);
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i++];
    if (c != '\\' || i == text.size()) {
      out += c;
      continue;
    }
    constexpr std::string_view kFrom = "bfnrt", kTo = "\b\f\n\r\t";
    const char escape = text[i++];
    if (escape == 'u') {
      append_utf8(out, take_escape(text, i));
    } else if (const std::size_t at = kFrom.find(escape); at != std::string_view::npos) {
      out += kTo[at];
    } else {
      out += escape;
    }
  }
  return out;
}

std::vector<std::string> member_names(std::string_view object) {
  std::vector<std::string> names;
  Members members(object);
  while (const auto member = members.next()) names.push_back(unquote(member->key));
  return names;
}

std::string cut_object(std::string_view object, std::string_view pattern) {
  std::string out = "{";
  Members members(object);
  while (const auto member = members.next()) {
    if (!glob_match(pattern, unquote(member->key))) continue;
    if (out.size() > 1) out += ',';
    out.append(member->key).append(":").append(member->value);
  }
  return out += '}';
}

}  // namespace cantrail::sqlite
