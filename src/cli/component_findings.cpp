#include "cli/component_findings.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "pipeline/config/named_sections.hpp"
#include "pipeline/config/stream_check.hpp"

namespace cantrail::cli {
namespace {

struct KnownMessage {
  std::string channel;  // empty: the source learns its channels as it goes
  std::shared_ptr<const RowSchema> row;
};

std::vector<KnownMessage> messages_of(const NodeConfig& config) {
  Diagnostics told_elsewhere;
  const CatalogPtr catalog = compiled_catalog(config, told_elsewhere)->catalog;
  std::vector<KnownMessage> known;
  for (const StreamInfo& stream : catalog->streams) {
    if (!stream.row->can_id) continue;
    const std::string& source = catalog->sources[stream.source].name;
    const auto section = std::find_if(config.sources.begin(), config.sources.end(),
                                      [&](const SourceSection& one) { return one.name == source; });
    if (section == config.sources.end() || section->config == nullptr) continue;
    const bool learns_channels = section->config->channels(source).empty();
    known.push_back({learns_channels ? "" : catalog->channels[*stream.channel].alias, stream.row});
  }
  return known;
}

// Of the first of the rule's messages that [alias] calls otherwise.
std::string hint(const server::ComponentRule& rule, const NodeConfig& config) {
  for (const std::string& pattern : rule.message) {
    if (auto text = hint_of_known_name(config.aliases, pattern); !text.empty()) return text;
  }
  return {};
}

std::optional<std::string> what_is_idle(const server::ComponentRule& rule, const NodeConfig& config,
                                        const std::vector<KnownMessage>& messages) {
  std::string missing;
  for (const KnownMessage& message : messages) {
    if (!rule.takes(message.channel, message.row->name)) continue;
    const auto signals = server::missing_signals(rule, *message.row);
    if (signals.empty()) return std::nullopt;
    missing = "message " + printable(message.row->name) + " has no signal '" + printable(signals.front()) +
              "'" + hint_of_known_name(config.aliases, message.row->name + "." + signals.front());
  }
  if (!missing.empty()) return missing;
  return "no DBC here has a message that 'message' fits" + hint(rule, config);
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
    if (const auto idle = what_is_idle(rule, config, messages)) {
      found.push_back({Severity::warning, rule.where,
                       "[component." + printable(rule.name) + "] finds nothing: " + *idle});
      continue;
    }
    for (const std::string& pattern : idle_patterns(rule, messages)) {
      found.push_back({Severity::warning, rule.where,
                       "'message' in [component." + printable(rule.name) + "]: \"" + printable(pattern) +
                           "\" fits no message of the DBCs" + hint_of_known_name(config.aliases, pattern)});
    }
  }
  return found;
}

}  // namespace cantrail::cli
