// How quantities and other texts of a configuration are written, as regular expressions (ECMA 262) for a JSON
// Schema. Each accepts what its parser accepts, but for what is a matter of size: the parsers refuse more
// than 9.2e18 bytes or nanoseconds.
#pragma once

#include <string>

#include "component/options.hpp"

namespace cantrail {

[[nodiscard]] std::string duration_pattern();   // parse_duration()
[[nodiscard]] std::string bytes_pattern();      // parse_bytes()
[[nodiscard]] std::string rate_pattern();       // parse_rate()
[[nodiscard]] std::string bandwidth_pattern();  // parse_bandwidth()
[[nodiscard]] std::string keep_pattern();       // one word of parse_keep()
// parse_template() with the placeholders that the option may have.
[[nodiscard]] std::string template_pattern(const OptionSpec& spec);

}  // namespace cantrail
