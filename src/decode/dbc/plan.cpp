#include "decode/dbc/plan.hpp"

#include <bit>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "decode/dbc/signal_place.hpp"
#include "model/frame.hpp"

namespace cantrail::dbc {
namespace {

constexpr std::size_t kMaxFields = 0xFFFF;  // SignalPlan::selector is an index of 16 bits
constexpr std::size_t kMaxSelectors = 64;   // one above the other; more is no layout but an attack

// One signal on its way into the plan.
struct Candidate {
  const Signal* source = nullptr;
  std::optional<SignalPlan> plan;  // absent: it cannot be in a frame
  std::optional<std::size_t> selector;
  bool kept = true;
};

void warn(Diagnostics& diagnostics, const SourceLocation& where, std::string message) {
  diagnostics.push_back({Severity::warning, where, std::move(message)});
}

std::string signal_title(const Message& message, const Signal& signal) {
  return "signal " + printable(signal.name) + " of message " + printable(message.name);
}

std::vector<Candidate> place_all(const Message& message, Diagnostics& diagnostics) {
  std::vector<Candidate> candidates;
  for (const Signal& signal : message.signals) {
    Candidate candidate{&signal, place_signal(signal), std::nullopt, true};
    if (candidates.size() >= kMaxFields) candidate.plan.reset();
    if (!candidate.plan) {
      candidate.kept = false;
      warn(diagnostics, signal.where,
           signal_title(message, signal) + " is left out: " + std::to_string(signal.length_bits) +
               " bits from bit " + std::to_string(signal.start_bit) + " on are no part of a frame");
    }
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

// Finds the selector of every multiplexed signal, by name or as the message's plain `M`.
void link_selectors(const Message& message, std::vector<Candidate>& candidates, Diagnostics& diagnostics) {
  std::unordered_map<std::string_view, std::size_t> by_name;
  std::optional<std::size_t> plain;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Signal& signal = *candidates[i].source;
    by_name.emplace(signal.name, i);
    if (!plain && signal.is_selector && !signal.multiplexing) plain = i;
  }
  for (Candidate& candidate : candidates) {
    const auto& multiplexing = candidate.source->multiplexing;
    if (!multiplexing || !candidate.kept) continue;
    if (multiplexing->selector.empty()) {
      candidate.selector = plain;
    } else if (const auto at = by_name.find(multiplexing->selector); at != by_name.end()) {
      candidate.selector = at->second;
    }
    if (!candidate.selector) {
      warn(diagnostics, candidate.source->where,
           signal_title(message, *candidate.source) +
               " is multiplexed, but nothing selects it: taken as always present");
    }
  }
}

// Leaves out what hangs on a selector that is left out or on a loop of selectors.
void drop_unreachable(const Message& message, std::vector<Candidate>& candidates, Diagnostics& diagnostics) {
  std::vector<std::size_t> lost;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!candidates[i].kept) continue;
    std::size_t steps = 0;
    std::optional<std::size_t> at = i;
    while (at && candidates[*at].kept && steps <= kMaxSelectors) {
      at = candidates[*at].selector;
      ++steps;
    }
    if (at) lost.push_back(i);
  }
  for (const std::size_t i : lost) {
    candidates[i].kept = false;
    warn(diagnostics, candidates[i].source->where,
         signal_title(message, *candidates[i].source) + " is left out: its selector cannot be decoded");
  }
}

std::shared_ptr<const RowSchema> describe_row(const Message& message, std::uint32_t id,
                                              std::vector<FieldSchema> fields) {
  auto row = std::make_shared<RowSchema>();
  row->name = message.name;
  row->fields = std::move(fields);
  row->comment = message.comment;
  row->can_id = id;
  row->length_bytes = message.length_bytes;
  row->cycle_ms = message.cycle_ms;
  row->labels = message.labels;
  if (!message.senders.empty()) row->sender = message.senders.front();
  return row;
}

MessagePlan compile_message(const Message& message, std::uint32_t id, Diagnostics& diagnostics) {
  std::vector<Candidate> candidates = place_all(message, diagnostics);
  link_selectors(message, candidates, diagnostics);
  drop_unreachable(message, candidates, diagnostics);

  std::vector<std::uint16_t> index(candidates.size());
  std::uint16_t next = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    index[i] = next;
    if (candidates[i].kept) ++next;
  }
  MessagePlan plan;
  plan.id = id;
  plan.length_bytes = static_cast<std::uint8_t>(message.length_bytes);
  std::vector<FieldSchema> fields;
  for (Candidate& candidate : candidates) {
    if (!candidate.kept) continue;
    SignalPlan& signal = plan.signals.emplace_back(std::move(*candidate.plan));
    FieldSchema& field = fields.emplace_back(describe_field(*candidate.source, signal));
    if (candidate.selector) {
      signal.selector = index[*candidate.selector];
      signal.ranges = candidate.source->multiplexing->ranges;
      field.layout->selector = candidates[*candidate.selector].source->name;
      for (const SelectorRange& range : signal.ranges)
        field.layout->selected_by.emplace_back(range.from, range.to);
    }
    field.optional = candidate.selector.has_value() || signal.needed_bytes > plan.length_bytes;
  }
  for (const SignalPlan& signal : plan.signals) {
    if (signal.selector) fields[*signal.selector].layout->is_selector = true;
  }
  plan.row = describe_row(message, id, std::move(fields));
  return plan;
}

std::size_t slot_of(std::uint32_t id, std::size_t slots) {  // `slots` is a power of two
  return (id * 0x9E3779B1U) >> (32 - std::bit_width(slots - 1));
}

}  // namespace

std::shared_ptr<const DecodePlan> DecodePlan::compile(const Database& database, Diagnostics& diagnostics) {
  auto plan = std::make_shared<DecodePlan>();
  plan->standard_.assign(kIdStandardMask + 1, kNone);
  const std::size_t slots = std::bit_ceil(database.messages.size() * 2 + 2);
  plan->extended_keys_.assign(slots, 0);  // 0 is no key: extended identifiers carry their flag
  plan->extended_values_.assign(slots, kNone);

  for (const Message& message : database.messages) {
    if (message.length_bytes > kMaxFrameBytes) continue;
    const std::string title = "message " + printable(message.name);
    if (message.id > (message.extended ? kIdExtendedMask : kIdStandardMask)) {
      warn(diagnostics, message.where, title + " is left out: its identifier has too many bits");
      continue;
    }
    const std::uint32_t id = message.id | (message.extended ? kIdExtended : 0);
    if (plan->lookup(id) != kNone) {
      warn(diagnostics, message.where,
           title + " is left out: message " + printable(plan->find(id)->row->name) +
               " has the same identifier");
      continue;
    }
    if (plan->messages_.size() == kNone) {
      warn(diagnostics, message.where, title + " and all that follow are left out: too many messages");
      break;
    }
    const auto index = static_cast<std::uint16_t>(plan->messages_.size());
    plan->messages_.push_back(compile_message(message, id, diagnostics));
    if (!message.extended) {
      plan->standard_[id] = index;
      continue;
    }
    std::size_t slot = slot_of(id, slots);
    while (plan->extended_keys_[slot] != 0) slot = (slot + 1) & (slots - 1);
    plan->extended_keys_[slot] = id;
    plan->extended_values_[slot] = index;
  }
  return plan;
}

std::uint16_t DecodePlan::lookup(std::uint32_t id) const {
  if (id < standard_.size()) return standard_[id];
  const std::size_t slots = extended_keys_.size();
  if (slots == 0) return kNone;
  std::size_t slot = slot_of(id, slots);
  while (extended_keys_[slot] != 0) {  // remote and error flags make it equal to no key
    if (extended_keys_[slot] == id) return extended_values_[slot];
    slot = (slot + 1) & (slots - 1);
  }
  return kNone;
}

}  // namespace cantrail::dbc
