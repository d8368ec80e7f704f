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

namespace cantrail {

struct Bytes {  // written "64MiB"
  std::uint64_t count = 0;
  auto operator<=>(const Bytes&) const = default;
};
struct Path {  // relative to the file that names it; resolved when read
  std::string value;
  auto operator<=>(const Path&) const = default;
};

// Where the value goes. The value that stands there before reading is the default.
using OptionTarget = std::variant<bool*, std::int64_t*, double*, std::string*, Duration*, Bytes*, Path*,
                                  std::vector<std::string>*, std::vector<Path>*, std::optional<std::int64_t>*,
                                  std::optional<double>*, std::optional<Duration>*, std::optional<Bytes>*>;

struct OptionSpec {
  std::string name;   // snake_case
  std::string sense;  // one line for the reference, without full stop
  OptionTarget target;
  bool required = false;
  std::optional<double> minimum = std::nullopt;  // of the number, the bytes, or the duration in seconds
  std::optional<double> maximum = std::nullopt;
  std::vector<std::string> choices = {};  // of a string
  std::string example = {};               // as TOML, for the reference; empty: the default stands
};

class OptionVisitor {
 public:
  virtual ~OptionVisitor() = default;
  virtual void option(const OptionSpec& spec) = 0;
};

}  // namespace cantrail
