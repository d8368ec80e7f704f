#include "pipeline/config/fingerprint.hpp"

#include <bit>
#include <type_traits>

namespace cantrail {
namespace {

// Each with its length or its kind in front, so that no two values come to the same text.
void append(std::string& out, const std::string& value) {
  out += std::to_string(value.size()) + ":" + value;
}
template <class Number>
requires std::is_integral_v<Number>
void append(std::string& out, Number value) {
  out += std::to_string(value) + ";";
}
void append(std::string& out, double value) {
  append(out, std::bit_cast<std::uint64_t>(value));
}
void append(std::string& out, Duration value) {
  append(out, value.count());
}
void append(std::string& out, const Bytes& value) {
  append(out, value.count);
}
void append(std::string& out, const Path& value) {
  append(out, value.value);
}
void append(std::string& out, const Rate& value) {
  append(out, value.per_second);
}
void append(std::string& out, const Bandwidth& value) {
  append(out, value.bytes_per_second);
}
void append(std::string& out, const Secret& value) {
  append(out, value.value);
}
void append(std::string& out, const Template& value) {
  append(out, value.text);
}
void append(std::string& out, const StreamGlob& value) {
  append(out, value.glob);
}
void append(std::string& out, const FieldReference& value) {
  append(out, value.text);
}
void append(std::string& out, const NamedTemplate& value) {
  append(out, value.name);
  append(out, value.text);
}
void append(std::string& out, const NamedRate& value) {
  append(out, value.name);
  append(out, value.rate);
}
void append(std::string& out, const TemplateRule& value) {
  append(out, value.streams);
  append(out, value.text);
}
void append(std::string& out, const Point& value) {
  append(out, value.x);
  append(out, value.y);
}
void append(std::string& out, const Keep& value);
template <class T>
void append(std::string& out, const std::optional<T>& value) {
  out += value ? '+' : '-';
  if (value) append(out, *value);
}
void append(std::string& out, const Keep& value) {
  append(out, value.age);
  append(out, value.bytes);
  append(out, value.rows);
}
template <class T>
void append(std::string& out, const std::vector<T>& values) {
  append(out, values.size());
  for (const T& value : values) append(out, value);
}

}  // namespace

void Fingerprint::option(const OptionSpec& spec) {
  append(text_, spec.name);
  std::visit([&](const auto* value) { append(text_, *value); }, spec.target);
}

void Fingerprint::file(FileSystem& files, const std::string& path) {
  const auto content = read_file(files, path);
  append(text_, path);
  append(text_, content ? to_hex(sha256(*content)) : std::string());
}

}  // namespace cantrail
