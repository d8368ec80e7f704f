// Environment variables of the systems that cantrail takes the place of: what they set there, they set here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cantrail {

enum class Conversion : std::uint8_t {
  as_it_is,
  port,       // "8000": the address that counts otherwise, with this port
  log_level,  // "WARN": in the words of [log] level
  seconds,    // "300": a time with its unit
};

struct ReplacedName {
  std::string_view variable;
  std::string_view section;  // "source", "sink"; or the section itself: "server", "log"
  std::string_view type;     // of a source or a sink
  std::string_view key;
  Conversion conversion = Conversion::as_it_is;
  bool of_cloud = false;  // of a sink that has `cloud` in its name; others are of one that has not
};

// A component that this build lacks keeps its names here; nobody asks for them then.
[[nodiscard]] std::span<const ReplacedName> replaced_names();

// `otherwise`: what the option would be without the variable.
[[nodiscard]] std::string converted(Conversion conversion, const std::string& text,
                                    const std::string& otherwise);

}  // namespace cantrail
