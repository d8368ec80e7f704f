// Options described once. A component's describe() names each option with its target, its sense and its
// limits; what a visitor makes of that is its own affair: reading a configuration, the reference
// documentation, a sample, a schema.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "component/keep.hpp"

namespace cantrail {

struct Bytes {  // written "64MiB"
  std::uint64_t count = 0;
  auto operator<=>(const Bytes&) const = default;
};
struct Path {  // relative to the file that names it; resolved when read
  std::string value;
  auto operator<=>(const Path&) const = default;
};

struct Rate {  // written "1/s", "10/min"
  double per_second = 0;
  auto operator<=>(const Rate&) const = default;
};
struct Bandwidth {  // written "50KB/s"
  double bytes_per_second = 0;
  auto operator<=>(const Bandwidth&) const = default;
};
// A password or a token. Of an option `password` the key is `password_file`; the environment and the
// credentials directory give it as well, the configuration itself never does.
struct Secret {
  std::string value;
};
// A text with {placeholders}; `{{` and `}}` are the braces themselves. See template.hpp.
struct Template {
  std::string text;
  auto operator<=>(const Template&) const = default;
};
// A glob over "[channel:]Stream[.field]"; see model/stream_pattern.hpp.
struct StreamGlob {
  std::string glob;
  auto operator<=>(const StreamGlob&) const = default;
};
// "[channel:]Stream.field", one field of the node's catalog.
struct FieldReference {
  std::string text;
  auto operator<=>(const FieldReference&) const = default;
};
// A table of texts: tags = { room = "{room}" }.
struct NamedTemplate {
  std::string name;
  Template text;
  auto operator<=>(const NamedTemplate&) const = default;
};
// A table of rates: rates = { engine_speed = "10/s" }.
struct NamedRate {
  std::string name;
  Rate rate;
  auto operator<=>(const NamedRate&) const = default;
};
// A table from streams to texts, of which the first that fits counts: { "Gps*" = "GPS", "*" = "{stream}" }.
struct TemplateRule {
  StreamGlob streams;
  Template text;
  auto operator<=>(const TemplateRule&) const = default;
};

// [raw, value]: one of a list, as in a table of calibration.
struct Point {
  double x = 0, y = 0;
  auto operator<=>(const Point&) const = default;
};

// Where the value goes. The value that stands there before reading is the default.
using OptionTarget = std::variant<
    bool*, std::int64_t*, double*, std::string*, Duration*, Bytes*, Path*, std::vector<std::string>*,
    std::vector<Path>*, std::optional<std::int64_t>*, std::optional<double>*, std::optional<Duration>*,
    std::optional<Bytes>*, Rate*, Bandwidth*, Keep*, Secret*, Template*, FieldReference*,
    std::vector<StreamGlob>*, std::vector<NamedTemplate>*, std::vector<TemplateRule>*, std::optional<Rate>*,
    std::optional<Bandwidth>*, std::optional<Keep>*, std::optional<std::string>*, std::vector<double>*,
    std::vector<std::int64_t>*, std::vector<Point>*, std::vector<NamedRate>*>;

struct OptionSpec {
  std::string name;   // snake_case
  std::string sense;  // one line for the reference, without full stop
  OptionTarget target;
  bool required = false;
  std::optional<double> minimum =
      std::nullopt;  // of the number, the bytes, the duration in seconds, per second
  std::optional<double> maximum = std::nullopt;
  std::vector<std::string> choices = {};       // of a string
  std::string example = {};                    // as TOML, for the reference; empty: the default stands
  std::vector<std::string> placeholders = {};  // of a template: those that it may have
  bool references = false;                     // a template's placeholder may be a field: {Motor.direction}
  bool labels = false;  // a template's placeholder may be a label of the stream ([copies]): {room}
};

class OptionVisitor {
 public:
  virtual ~OptionVisitor() = default;
  virtual void option(const OptionSpec& spec) = 0;
};

}  // namespace cantrail
