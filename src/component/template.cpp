#include "component/template.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail {
namespace {

void add_literal(std::vector<TemplatePart>& parts, char c) {
  if (parts.empty() || parts.back().is_placeholder) parts.emplace_back();
  parts.back().text += c;
}

Fault wrong(const char* message) {
  return {FaultKind::config, message};
}

std::string listed(const OptionSpec& spec, const std::vector<std::string>& known) {
  std::string text;
  for (const std::string& name : known) text += (text.empty() ? "{" : ", {") + name + "}";
  if (spec.references) text += std::string(text.empty() ? "" : ", or a field as in ") + "{Stream.field}";
  return text;
}

}  // namespace

Result<std::vector<TemplatePart>> parse_template(std::string_view text) {
  std::vector<TemplatePart> parts;
  while (!text.empty()) {
    const char c = text.front();
    const bool twice = text.size() > 1 && text[1] == c;
    if (c == '}' && !twice) return wrong("has a '}' without '{': write '}}' for the brace itself");
    if (c != '{' || twice) {
      add_literal(parts, c);
      text.remove_prefix(c == '{' || c == '}' ? 2 : 1);
      continue;
    }
    const std::size_t end = text.find_first_of("{}", 1);
    if (end == std::string_view::npos || text[end] == '{') {
      return wrong("has a '{' without '}': write '{{' for the brace itself");
    }
    if (end == 1) return wrong("has an empty placeholder: {}");
    parts.push_back({true, std::string(text.substr(1, end - 1))});
    text.remove_prefix(end + 1);
  }
  return parts;
}

bool is_reference(const TemplatePart& part) {
  return part.is_placeholder && part.text.find('.') != std::string::npos;
}

std::string placeholder_problem(const std::vector<TemplatePart>& parts, const OptionSpec& spec,
                                std::span<const std::string> labels) {
  std::vector<std::string> known = spec.placeholders;
  for (const std::string& label : labels) {
    const bool is_new = std::find(known.begin(), known.end(), label) == known.end();
    if (spec.labels && is_new) known.push_back(label);
  }
  for (const TemplatePart& part : parts) {
    if (!part.is_placeholder || std::find(known.begin(), known.end(), part.text) != known.end()) continue;
    if (spec.references && is_reference(part)) continue;
    const auto near = nearest(part.text, known);
    const std::string those = listed(spec, known);
    return "has an unknown placeholder {" + printable(part.text) + "}" +
           (near            ? "; did you mean {" + *near + "}?"
            : those.empty() ? ": it takes none"
                            : ": it may have " + those);
  }
  return {};
}

std::string fill_template(std::span<const TemplatePart> parts,
                          std::span<const std::pair<std::string_view, std::string_view>> words,
                          const RowSchema& stream) {
  std::string text;
  for (const TemplatePart& part : parts) {
    if (!part.is_placeholder) {
      text += part.text;
      continue;
    }
    const auto word =
        std::find_if(words.begin(), words.end(), [&](const auto& one) { return one.first == part.text; });
    if (word != words.end()) {
      text += word->second;
    } else if (const std::string* label = stream.label(part.text)) {
      text += *label;
    }
  }
  return text;
}

}  // namespace cantrail
