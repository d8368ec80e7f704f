// JSON as it is written: appends to a string that the caller owns, checks nothing but the commas. For
// documents to be read or changed use Boost.JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/stream_block.hpp"

namespace cantrail::encode {

// A string with its quotes. Always valid JSON in UTF-8: control characters are escaped, bytes that are no
// UTF-8 become U+FFFD. (`</script>` is written as it is: for HTML escape again.)
void append_json_string(std::string& out, std::string_view text);
// As append_double (number_text.hpp), but null for NaN and the infinities.
void append_json_double(std::string& out, double value);

// JavaScript holds integers exactly up to 2^53 only.
enum class BigIntegers : std::uint8_t {
  plain,      // always numbers: exact for readers that know 64-bit integers
  as_string,  // beyond ±2^53 a string
};
void append_json_integer(std::string& out, std::int64_t value, BigIntegers big = BigIntegers::plain);
void append_json_unsigned(std::string& out, std::uint64_t value, BigIntegers big = BigIntegers::plain);

// One value of a column, by its type.
void append_json_value(std::string& out, const StreamBlock& block, std::size_t field, std::size_t row,
                       FieldType type, BigIntegers big = BigIntegers::plain);

// Nested objects and arrays. Not thread-safe.
//   JsonWriter json(out); json.begin_object(); json.key("a"); json.integer(1); json.end_object();
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, BigIntegers big = BigIntegers::plain) : out_(out), big_(big) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);
  void string(std::string_view value);
  void number(double value);
  void integer(std::int64_t value);
  void unsigned_integer(std::uint64_t value);
  void boolean(bool value);
  void null();
  void raw(std::string_view json);  // a value that is JSON already

 private:
  void open(char bracket);
  void close(char bracket);
  void separate();

  std::string& out_;
  BigIntegers big_;
  std::vector<bool> filled_;  // for each open bracket: something is in it
  bool after_key_ = false;
};

}  // namespace cantrail::encode
