#include "cli/component_findings.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "decode/dbc/copies.hpp"
#include "decode/dbc/parser.hpp"
#include "decode/dbc/plan.hpp"

namespace cantrail::cli {
namespace {

struct KnownMessage {
  std::string channel;  // empty: the source learns its channels as it goes
  std::shared_ptr<const RowSchema> row;
};

std::vector<KnownMessage> messages_of(const NodeConfig& config) {
  std::vector<KnownMessage> known;
  for (const SourceSection& source : config.sources) {
    if (!source.enabled || source.config == nullptr) continue;
    std::vector<std::string> channels = source.config->channels(source.name);
    if (channels.empty()) channels.emplace_back();
    for (const DbcText& dbc : source.dbcs) {
      auto database = dbc::parse(dbc.text, dbc.name);
      if (!database) continue;
      Diagnostics ignored;  // told when the file was read
      dbc::apply_copies(database->database, config.copies, ignored);
      const auto plan = dbc::DecodePlan::compile(database->database, ignored);
      for (const dbc::MessagePlan& message : plan->messages()) {
        for (const std::string& channel : channels) known.push_back({channel, message.row});
      }
    }
  }
  return known;
}

std::optional<std::string> what_is_idle(const server::ComponentRule& rule,
                                        const std::vector<KnownMessage>& messages) {
  std::string missing;
  for (const KnownMessage& message : messages) {
    if (!rule.takes(message.channel, message.row->name)) continue;
    const auto signals = server::missing_signals(rule, *message.row);
    if (signals.empty()) return std::nullopt;
    missing =
        "message " + printable(message.row->name) + " has no signal '" + printable(signals.front()) + "'";
  }
  return missing.empty() ? "no DBC here has a message that 'message' fits" : missing;
}

// Patterns of a rule that is not idle which fit no message.
std::vector<std::string> idle_patterns(const server::ComponentRule& rule,
                                       const std::vector<KnownMessage>& messages) {
  std::vector<std::string> idle;
  for (const std::string& pattern : rule.message) {
    server::ComponentRule alone = rule;
    alone.message = {pattern};
    const bool fits = std::any_of(messages.begin(), messages.end(), [&](const KnownMessage& message) {
      return alone.takes(message.channel, message.row->name);
    });
    if (!fits) idle.push_back(pattern);
  }
  return idle;
}

}  // namespace

Diagnostics idle_component_rules(const std::vector<server::ComponentRule>& rules, const NodeConfig& config) {
  Diagnostics found;
  if (rules.empty()) return found;
  const std::vector<KnownMessage> messages = messages_of(config);
  if (messages.empty()) return found;
  for (const server::ComponentRule& rule : rules) {
    if (!rule.problems().empty()) continue;
    if (const auto idle = what_is_idle(rule, messages)) {
      found.push_back({Severity::warning, rule.where,
                       "[component." + printable(rule.name) + "] finds nothing: " + *idle});
      continue;
    }
    for (const std::string& pattern : idle_patterns(rule, messages)) {
      found.push_back({Severity::warning, rule.where,
                       "'message' in [component." + printable(rule.name) + "]: \"" + printable(pattern) +
                           "\" fits no message of the DBCs"});
    }
  }
  return found;
}

}  // namespace cantrail::cli
