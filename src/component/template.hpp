// Texts with placeholders: "sensor:{signal}".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.hpp"
#include "component/options.hpp"
#include "model/schema.hpp"

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
// References are not looked up here. `labels`: the names of the labels that streams of this configuration
// have.
[[nodiscard]] std::string placeholder_problem(const std::vector<TemplatePart>& parts, const OptionSpec& spec,
                                              std::span<const std::string> labels = {});

// The text for one stream. A placeholder stands for the word of that name, else for the stream's label, else
// for nothing: not every stream is a copy, nor has every copy all labels.
[[nodiscard]] std::string fill_template(std::span<const TemplatePart> parts,
                                        std::span<const std::pair<std::string_view, std::string_view>> words,
                                        const RowSchema& stream);

}  // namespace cantrail
