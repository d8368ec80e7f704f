#include "decode/dbc/plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "decode/dbc/isotp_layout.hpp"
#include "decode/dbc/signal_place.hpp"
#include "decode/dbc/signal_word.hpp"
#include "model/frame.hpp"

namespace cantrail::dbc {
namespace {

constexpr std::size_t kMaxFields = 0xFFFF;       // SignalPlan::selector is an index of 16 bits
constexpr std::uint32_t kMostJ1939Bytes = 1785;  // 255 packets of 7
constexpr std::size_t kMaxSelectors = 64;        // one above the other; more is no layout but an attack

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

std::vector<Candidate> place_all(const Message& message, std::uint32_t most_bytes, Diagnostics& diagnostics) {
  std::vector<Candidate> candidates;
  for (const Signal& signal : message.signals) {
    Candidate candidate{&signal, place_signal(signal, most_bytes), std::nullopt, true};
    if (candidates.size() >= kMaxFields) candidate.plan.reset();
    if (!candidate.plan) {
      candidate.kept = false;
      warn(diagnostics, signal.where,
           signal_title(message, signal) + " is left out: " + std::to_string(signal.length_bits) +
               " bits from bit " + std::to_string(signal.start_bit) + " on are no part of a " +
               (most_bytes > kMaxFrameBytes ? "message" : "frame"));
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

std::shared_ptr<const RowSchema> describe_row(const Message& message, const MessagePlan& plan,
                                              std::vector<FieldSchema> fields) {
  auto row = std::make_shared<RowSchema>();
  row->name = message.name;
  row->fields = std::move(fields);
  row->comment = message.comment;
  row->can_id = plan.id;
  if (plan.j1939()) row->group = j1939::parse(plan.id).group;
  row->length_bytes = message.length_bytes;
  row->cycle_ms = message.cycle_ms;
  row->labels = message.labels;
  if (!message.senders.empty()) row->sender = message.senders.front();
  return row;
}

// By length, in SAE J1939-71: two bits say 10 for error and 11 for not available; whole bytes reserve what
// begins with FE and with FF. Of other lengths only all ones are said for all signals to mean none.
std::optional<ReservedValues> reserved_values(const SignalPlan& signal) {
  if (signal.is_signed || signal.kind != ValueKind::integer || signal.length_bits < 2) return std::nullopt;
  const std::uint64_t all = low_bits(signal.length_bits);
  if (signal.length_bits == 2) return ReservedValues{2, 3};
  if (signal.length_bits % 8 != 0 || signal.length_bits > 32) return ReservedValues{all, all};
  const std::uint64_t step = (all >> 8) + 1;  // of the highest byte
  return ReservedValues{0xFE * step, 0xFF * step};
}

// What the identifier says, behind the signals; under another name where a signal has it.
void add_address_fields(std::vector<FieldSchema>& fields) {
  struct Field {
    const char *name, *comment;
  };
  for (const auto& [name, comment] :
       {Field{"source", "Source address"}, Field{"destination", "Destination address; 255 is all"},
        Field{"priority", "Priority; 0 goes first"}}) {
    const auto taken = [&fields](const std::string& wanted) {
      return std::any_of(fields.begin(), fields.end(),
                         [&](const FieldSchema& field) { return field.name == wanted; });
    };
    std::string free = name;
    while (taken(free)) free = "j1939_" + free;
    FieldSchema& field = fields.emplace_back();
    field.name = std::move(free);
    field.type = FieldType::i64;
    field.comment = comment;
  }
}

// How a message's payloads come.
struct Carrier {
  Match match = Match::whole;
  std::optional<std::uint8_t> isotp_lead;
};

std::uint32_t most_bytes(const Message& message, const Carrier& carrier) {
  if (carrier.isotp_lead) return kMostIsoTpBytes;
  return message.length_bytes > kMaxFrameBytes ? kMostJ1939Bytes : std::uint32_t{kMaxFrameBytes};
}

MessagePlan compile_message(const Message& message, std::uint32_t id, const Carrier& carrier,
                            Diagnostics& diagnostics) {
  std::vector<Candidate> candidates = place_all(message, most_bytes(message, carrier), diagnostics);
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
  plan.match = carrier.match;
  plan.isotp_lead = carrier.isotp_lead;
  plan.length_bytes = static_cast<std::uint16_t>(message.length_bytes);
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
    if (plan.j1939() && !candidate.source->is_selector) signal.reserved = reserved_values(signal);
    field.optional = candidate.selector || signal.reserved || signal.needed_bytes > plan.length_bytes;
  }
  for (const SignalPlan& signal : plan.signals) {
    if (signal.selector) fields[*signal.selector].layout->is_selector = true;
  }
  if (plan.j1939()) add_address_fields(fields);
  plan.row = describe_row(message, plan, std::move(fields));
  return plan;
}

// What the messages of a database are matched by.
class Matches {
 public:
  Matches(const Database& database, const PlanOptions& options) : protocols_(options.protocols) {
    for (const Message& message : database.messages) {
      if (is_j1939(message)) sharing_[j1939::group_bits(message.id)].insert(message.id);
    }
  }

  [[nodiscard]] Match of(const Message& message) const {
    if (!is_j1939(message)) return Match::whole;
    return sharing_.at(j1939::group_bits(message.id)).size() == 1 ? Match::group : Match::group_and_source;
  }

 private:
  [[nodiscard]] bool is_j1939(const Message& message) const {
    return protocols_ && message.j1939 && message.extended && message.id <= kIdExtendedMask;
  }

  bool protocols_;
  std::map<std::uint32_t, std::set<std::uint32_t>> sharing_;  // by group: identifiers
};

// Messages of one name, told once: files that have some often have many.
class Names {
 public:
  void add(const Message& message) {
    const auto [known, is_new] = first_.emplace(message.name, &message);
    if (is_new) return;
    if (again_++ == 0) pair_ = {known->second, &message};
  }

  void tell(Diagnostics& diagnostics) const {
    if (again_ == 0) return;
    const std::string others =
        again_ == 1   ? ""
        : again_ == 2 ? "; another message shares a name as well"
                      : "; " + std::to_string(again_ - 1) + " other messages share names as well";
    warn(diagnostics, pair_.second->where,
         "message " + printable(pair_.second->name) + " has the name of the one in line " +
             std::to_string(pair_.first->where.line) +
             ": both are decoded, and what names one of them means both" + others);
  }

 private:
  std::map<std::string_view, const Message*> first_;
  std::size_t again_ = 0;
  std::pair<const Message*, const Message*> pair_;
};

}  // namespace

std::shared_ptr<const DecodePlan> DecodePlan::compile(const Database& database, Diagnostics& diagnostics,
                                                      const PlanOptions& options) {
  auto plan = std::make_shared<DecodePlan>();
  plan->table_ = IdentifierTable<std::uint16_t, kNone>(database.messages.size());
  const Matches matches(database, options);
  Names names;
  for (const Message& message : database.messages) {
    const std::optional<std::uint8_t> isotp_lead =
        options.protocols && matches.of(message) == Match::whole ? find_isotp_lead(message) : std::nullopt;
    if (message.length_bytes > kMaxFrameBytes && !isotp_lead && matches.of(message) == Match::whole) continue;
    const std::string title = "message " + printable(message.name);
    if (message.id > (message.extended ? kIdExtendedMask : kIdStandardMask)) {
      warn(diagnostics, message.where, title + " is left out: its identifier has too many bits");
      continue;
    }
    const std::uint32_t id = message.id | (message.extended ? kIdExtended : 0);
    Match match = matches.of(message);
    std::uint16_t same = plan->table_.find(id, match);
    if (match == Match::group_and_source && same != kNone && plan->messages_[same].id != id) {
      match = Match::whole;
      same = plan->table_.find(id, match);
    }
    if (same != kNone) {
      warn(diagnostics, message.where,
           title + " is left out: message " + printable(plan->messages_[same].row->name) +
               " has the same identifier");
      continue;
    }
    if (plan->messages_.size() == kNone) {
      warn(diagnostics, message.where, title + " and all that follow are left out: too many messages");
      break;
    }
    names.add(message);
    const auto index = static_cast<std::uint16_t>(plan->messages_.size());
    plan->messages_.push_back(compile_message(message, id, {match, isotp_lead}, diagnostics));
    plan->table_.insert(id, match, index);
  }
  names.tell(diagnostics);
  return plan;
}

}  // namespace cantrail::dbc
