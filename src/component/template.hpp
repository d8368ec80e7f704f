// Texts with placeholders: "sensor:{signal}".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "component/options.hpp"

namespace cantrail {

struct TemplatePart {
  bool is_placeholder = false;
  std::string text;  // the literal, or the placeholder's name without braces
};

// "sensor:{signal}" → literal "sensor:", placeholder "signal". `{{` and `}}` are literal braces. Fault
// `config`: what is wrong, as it follows the option's name.
[[nodiscard]] Result<std::vector<TemplatePart>> parse_template(std::string_view text);

// A placeholder that is a field of the catalog rather than a word: {Motor.direction}, {can0:Motor.direction}.
[[nodiscard]] bool is_reference(const TemplatePart& part);

// What is wrong with the placeholders of parts that parse_template() took, for that option; empty: nothing.
// References are not looked up here.
[[nodiscard]] std::string placeholder_problem(const std::vector<TemplatePart>& parts, const OptionSpec& spec);

}  // namespace cantrail
