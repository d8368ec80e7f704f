#include "encode/json_writer.hpp"

#include <array>
#include <cmath>

#include "base/text.hpp"
#include "encode/blob_text.hpp"
#include "encode/number_text.hpp"

namespace cantrail::encode {
namespace {

constexpr std::int64_t kExact = std::int64_t{1} << 53;

// What may stand in a JSON string as it is: ASCII but control characters, '"' and '\'.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7F; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

void append_escaped(std::string& out, char c) {
  constexpr char kDigits[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[c & 15];
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && kPlain[static_cast<unsigned char>(text[plain])]) ++plain;
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    std::size_t used = 1;
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      append_escaped(out, text.front());
    } else if (const std::size_t bytes = utf8_length(text); bytes != 0) {
      out.append(text.data(), bytes);
      used = bytes;
    } else {
      out += "\xEF\xBF\xBD";
    }
    text.remove_prefix(used);
  }
  out += '"';
}

void append_json_double(std::string& out, double value) {
  if (std::isfinite(value)) {
    append_double(out, value);
  } else {
    out += "null";
  }
}

void append_json_integer(std::string& out, std::int64_t value, BigIntegers big) {
  const bool quoted = big == BigIntegers::as_string && (value > kExact || value < -kExact);
  if (quoted) out += '"';
  append_integer(out, value);
  if (quoted) out += '"';
}

void append_json_unsigned(std::string& out, std::uint64_t value, BigIntegers big) {
  const bool quoted = big == BigIntegers::as_string && value > static_cast<std::uint64_t>(kExact);
  if (quoted) out += '"';
  append_unsigned(out, value);
  if (quoted) out += '"';
}

void append_json_value(std::string& out, const StreamBlock& block, std::size_t field, std::size_t row,
                       FieldType type, BigIntegers big) {
  switch (type) {
    case FieldType::f64:
      append_json_double(out, block.f64(field)[row]);
      return;
    case FieldType::i64:
      append_json_integer(out, block.i64(field)[row], big);
      return;
    case FieldType::u64:
      append_json_unsigned(out, block.u64(field)[row], big);
      return;
    case FieldType::boolean:
      out += block.word(field, row) != 0 ? "true" : "false";
      return;
    case FieldType::text:
      append_json_string(out, block.text(field, row));
      return;
    case FieldType::blob:
      out += '"';
      append_blob_text(out, block.blob(field, row));
      out += '"';
  }
}

void JsonWriter::separate() {
  if (!after_key_ && !filled_.empty()) {
    if (filled_.back()) out_ += ',';
    filled_.back() = true;
  }
  after_key_ = false;
}

void JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  filled_.push_back(false);
}

void JsonWriter::close(char bracket) {
  out_ += bracket;
  filled_.pop_back();
}

void JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ':';
  after_key_ = true;
}

void JsonWriter::string(std::string_view value) {
  separate();
  append_json_string(out_, value);
}

void JsonWriter::number(double value) {
  separate();
  append_json_double(out_, value);
}

void JsonWriter::integer(std::int64_t value) {
  separate();
  append_json_integer(out_, value, big_);
}

void JsonWriter::unsigned_integer(std::uint64_t value) {
  separate();
  append_json_unsigned(out_, value, big_);
}

void JsonWriter::boolean(bool value) {
  raw(value ? "true" : "false");
}

void JsonWriter::null() {
  raw("null");
}

void JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
}

}  // namespace cantrail::encode
