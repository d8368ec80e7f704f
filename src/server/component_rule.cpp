#include "server/component_rule.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "server/row_template.hpp"

namespace cantrail::server {

std::optional<Assignment> parse_assignment(std::string_view text) {
  const std::size_t at = text.find('=');
  if (at == std::string_view::npos) return std::nullopt;
  Assignment out{std::string(trim(text.substr(0, at))), std::string(trim(text.substr(at + 1)))};
  return out.left.empty() || out.right.empty() ? std::nullopt : std::optional(out);
}

void ComponentRule::describe(OptionVisitor& visitor) {
  visitor.option({"message",
                  "Which messages tell of it: globs over [channel:]Message",
                  &message,
                  true,
                  {},
                  {},
                  {},
                  "\"Motor*\""});
  visitor.option({"type", "What it is: {placeholders} and text; the section's name if left out", &type});
  visitor.option(
      {"id", "Which one it is: {placeholders} and text", &id, true, {}, {}, {}, "\"{component_id}\""});
  visitor.option({"keys", "The newest row of each combination of these is kept as well", &keys});
  visitor.option({"only", "Rows that count: \"{message_type} = STATUS\", all of them must hold", &only});
  visitor.option({"merge", "Signals shown under one name: \"value = *_value\"", &merge});
}

std::vector<std::string> ComponentRule::templates() const {
  std::vector<std::string> all = keys;
  if (!type.empty()) all.push_back(type);
  if (!id.empty()) all.push_back(id);
  for (const std::string& condition : only) {
    if (const auto parts = parse_assignment(condition)) all.push_back(parts->left);
  }
  return all;
}

std::vector<std::string> ComponentRule::problems() const {
  std::vector<std::string> found;
  const auto check = [&](std::string_view key, const std::string& text) {
    if (const auto parsed = parse_row_template(text); !parsed) {
      found.push_back(std::string(key) + ": " + parsed.fault().message);
    }
  };
  if (message.empty()) found.emplace_back("message: name at least one message, or \"*\" for all");
  if (!type.empty()) check("type", type);
  check("id", id);
  for (const std::string& key : keys) check("keys", key);
  for (const std::string& condition : only) {
    const auto parts = parse_assignment(condition);
    if (!parts) {
      found.push_back("only: \"" + printable(condition) +
                      "\" is no condition; write \"{message_type} = STATUS\"");
    } else {
      check("only", parts->left);
    }
  }
  for (const std::string& one : merge) {
    if (!parse_assignment(one)) {
      found.push_back("merge: \"" + printable(one) + "\" names nothing; write \"value = *_value\"");
    }
  }
  return found;
}

bool ComponentRule::takes(std::string_view channel, std::string_view message_name) const {
  return std::any_of(message.begin(), message.end(), [&](const std::string& glob) {
    const std::size_t colon = glob.find(':');
    if (channel.empty() && colon != std::string::npos) {
      return glob_match(std::string_view(glob).substr(colon + 1), message_name);
    }
    return glob_match(glob, message_name) ||
           (!channel.empty() && glob_match(glob, std::string(channel) + ":" + std::string(message_name)));
  });
}

std::vector<std::string> missing_signals(const ComponentRule& rule, const RowSchema& message) {
  std::vector<std::string> missing;
  for (const std::string& text : rule.templates()) {
    const auto parsed = parse_row_template(text);
    if (!parsed) continue;
    for (const std::string& name : parsed->signals()) {
      if (!message.field(name) && message.label(name) == nullptr) missing.push_back(name);
    }
  }
  return missing;
}

}  // namespace cantrail::server
