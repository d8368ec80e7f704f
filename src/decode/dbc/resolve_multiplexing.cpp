#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "decode/dbc/resolve.hpp"

namespace cantrail::dbc {
namespace {

using Names = std::unordered_map<std::string, std::size_t>;

void apply(MultiplexDraft& statement, Lookup& lookup, Warnings& warnings) {
  Signal* const signal = lookup.signal(statement.signal, "SG_MUL_VAL_");
  if (signal == nullptr) return;
  const SignalName selector_name{statement.signal.id, statement.multiplexing.selector, statement.signal.at};
  Signal* const selector = lookup.signal(selector_name, "SG_MUL_VAL_");
  if (selector == nullptr) return;
  if (selector == signal) {
    warnings.add(statement.signal.at, "SG_MUL_VAL_ left out: signal '" + printable(signal->name) +
                                          "' cannot select itself; name the selecting signal");
    return;
  }
  selector->is_selector = true;
  signal->multiplexing = std::move(statement.multiplexing);
}

// The signal that switches `signal` on; the size of the message if there is none.
std::size_t selector_of(const Signal& signal, const Names& names, std::size_t plain, std::size_t none) {
  if (!signal.multiplexing) return none;
  if (signal.multiplexing->selector.empty()) return plain;
  const auto found = names.find(signal.multiplexing->selector);
  return found == names.end() ? none : found->second;
}

std::size_t plain_selector(const Message& message) {
  const auto found = std::find_if(message.signals.begin(), message.signals.end(),
                                  [](const Signal& s) { return s.is_selector && !s.multiplexing; });
  return static_cast<std::size_t>(found - message.signals.begin());
}

// A chain of selectors must end at one that is always present. Each signal is walked over once.
void check_chains(Message& message, const Names& names, Warnings& warnings) {
  enum class Walk : std::uint8_t { fresh, current, done };
  const std::size_t none = message.signals.size();
  const std::size_t plain = plain_selector(message);
  std::vector<Walk> walked(none, Walk::fresh);
  std::vector<std::size_t> chain;
  for (std::size_t start = 0; start < none; ++start) {
    std::size_t at = start;
    chain.clear();
    while (at != none && walked[at] == Walk::fresh) {
      walked[at] = Walk::current;
      chain.push_back(at);
      at = selector_of(message.signals[at], names, plain, none);
    }
    if (at != none && walked[at] == Walk::current) {
      Signal& signal = message.signals[at];
      warnings.add(
          signal.where,
          "signal '" + printable(signal.name) +
              "' selects itself through other selectors; taken as always present, correct SG_MUL_VAL_");
      signal.multiplexing.reset();
    }
    for (const std::size_t index : chain) walked[index] = Walk::done;
  }
}

void check_selector(const Message& message, Warnings& warnings) {
  if (plain_selector(message) < message.signals.size()) return;
  const auto orphan = std::find_if(message.signals.begin(), message.signals.end(), [](const Signal& s) {
    return s.multiplexing && s.multiplexing->selector.empty();
  });
  if (orphan == message.signals.end()) return;
  warnings.add(orphan->where, "signal '" + printable(orphan->name) + "' is multiplexed, but message '" +
                                  printable(message.name) +
                                  "' has no selector; mark the selecting signal with M");
}

}  // namespace

void resolve_multiplexing(Draft& draft, Warnings& warnings) {
  Lookup lookup(draft, warnings);
  for (MultiplexDraft& statement : draft.multiplexing) apply(statement, lookup, warnings);
  for (std::size_t i = 0; i < draft.database.messages.size(); ++i) {
    check_selector(draft.database.messages[i], warnings);
    check_chains(draft.database.messages[i], draft.signal_index[i], warnings);
  }
}

}  // namespace cantrail::dbc
