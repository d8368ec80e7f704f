// Where a configuration says what, for findings that come after it was read.
#pragma once

#include <string>
#include <string_view>

#include "base/diagnostic.hpp"
#include "component/toml/config_value.hpp"

namespace cantrail {

class ConfigPlaces {
 public:
  ConfigPlaces() = default;
  explicit ConfigPlaces(ConfigTable root) : root_(std::move(root)) {}

  // Of the option that the message begins with ("path: …") in a section ("sink.history", "journal"); of the
  // section, where it does not say the option; of the main file, where there is no such section.
  [[nodiscard]] SourceLocation of(std::string_view section, std::string_view message) const;

 private:
  ConfigTable root_;
};

}  // namespace cantrail
