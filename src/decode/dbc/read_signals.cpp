// Signals, and the statements that complete them: value type and multiplexing.
#include <cmath>
#include <utility>

#include "base/text.hpp"
#include "decode/dbc/statement_reader.hpp"

namespace cantrail::dbc {

void StatementReader::signal() {
  const std::size_t at = scan_.position();
  Signal signal;
  signal.name = new_name("a signal's name");
  const std::string name = signal.name;
  multiplexer_mark(signal);
  scan_.expect(':', "after the signal's name");
  layout(signal);
  scale_and_range(signal);
  signal.unit = scan_.line_string("the unit in quotes");
  signal.receivers = name_list("a receiver's name");
  std::erase(signal.receivers, "Vector__XXX");
  scan_.accept(';');
  if (!scan_.failed() && scan_.more_on_line() && !scan_.at_statement()) {
    scan_.fail_expected("the end of the line after the receivers");
  }
  if (!scan_.failed()) return add_signal(std::move(signal), at);
  if (current_message_ != Draft::kLeftOut && !name.empty()) {
    draft_.broken_signals.insert(Draft::signal_key(current_key_, name));
  }
}

// `M`, `m3` or `m3M` between name and colon.
void StatementReader::multiplexer_mark(Signal& signal) {
  if (scan_.peek_word().empty()) return;
  const std::size_t at = scan_.position();
  const std::string_view mark = scan_.word("a multiplexer mark");
  std::string_view digits = mark;
  if (digits.ends_with('M')) {
    signal.is_selector = true;
    digits.remove_suffix(1);
  }
  if (digits.empty()) return;
  const Number value = digits.size() > 1 && digits[0] == 'm' &&
                               digits.find_first_not_of("0123456789", 1) == std::string_view::npos
                           ? to_number(digits.substr(1))
                           : Number{};
  if (!value.natural) {
    scan_.fail(at, "expected ':' or a multiplexer mark (M, m3, m3M) after the signal's name, found '" +
                       printable(mark, 30) + "'");
    return;
  }
  signal.multiplexing = Multiplexing{{}, {{*value.natural, *value.natural}}};
}

void StatementReader::layout(Signal& signal) {
  constexpr std::uint64_t kMostBits = std::uint64_t{0xFFFF} * 8;
  signal.start_bit = static_cast<std::uint32_t>(scan_.natural("the start bit", kMostBits));
  scan_.expect('|', "after the start bit");
  signal.length_bits = static_cast<std::uint32_t>(scan_.natural("the length in bits", kMostBits));
  scan_.expect('@', "after the length");
  signal.order = scan_.natural("the byte order, 1 (Intel) or 0 (Motorola),", 1) == 1 ? ByteOrder::intel
                                                                                     : ByteOrder::motorola;
  signal.is_signed = scan_.accept('-');
  if (!signal.is_signed && !scan_.accept('+')) scan_.fail_expected("'+' (unsigned) or '-' (signed)");
}

void StatementReader::scale_and_range(Signal& signal) {
  scan_.expect('(', "before the factor");
  const std::size_t at = scan_.position();
  const Number factor = plain_number("the factor");
  scan_.expect(',', "between factor and offset");
  const Number offset = plain_number("the offset");
  scan_.expect(')', "after the offset");
  scan_.expect('[', "before the minimum");
  const Number minimum = plain_number("the minimum");
  scan_.expect('|', "between minimum and maximum");
  const Number maximum = plain_number("the maximum");
  scan_.expect(']', "after the maximum");
  if (!std::isfinite(factor.value) || !std::isfinite(offset.value)) {
    scan_.fail(at, "factor and offset must be numbers that a double can hold");
  }
  signal.factor = factor.value;
  signal.offset = offset.value;
  signal.integral_scale = factor.integer && offset.integer;
  signal.factor_integer = factor.integer.value_or(0);
  signal.offset_integer = offset.integer.value_or(0);
  if (std::isfinite(minimum.value) && std::isfinite(maximum.value)) {
    signal.minimum = minimum.value;
    signal.maximum = maximum.value;
  }
}

void StatementReader::add_signal(Signal signal, std::size_t at) {
  if (current_message_ == Draft::kLeftOut) {
    // Those of a message that was left out (a second one of its identifier, say) are covered by its warning.
    if (!message_seen_) {
      warn_.add(at, "SG_ left out: the signal '" + printable(signal.name) +
                        "' stands before any message, put it below its BO_ line");
    } else {
      draft_.broken_signals.insert(Draft::signal_key(current_key_, signal.name));
    }
    return;
  }
  Message& message = draft_.database.messages[current_message_];
  if (!draft_.signal_index[current_message_].emplace(signal.name, message.signals.size()).second) {
    warn_.add(at, "SG_ left out: the message '" + printable(message.name) + "' already has a signal '" +
                      printable(signal.name) + "'; the first one is kept, rename or remove this one");
    return;
  }
  signal.where = warn_.location(at);
  message.signals.push_back(std::move(signal));
}

void StatementReader::value_type() {
  ValueTypeDraft draft;
  draft.signal = signal_name();
  scan_.accept(':');
  constexpr ValueKind kKinds[] = {ValueKind::integer, ValueKind::float32, ValueKind::float64};
  draft.kind = kKinds[scan_.natural("a value type (0 integer, 1 float, 2 double)", 2)];
  end_of_statement();
  if (!scan_.failed()) draft_.value_types.push_back(std::move(draft));
}

void StatementReader::multiplex_values() {
  MultiplexDraft draft;
  draft.signal = signal_name();
  draft.multiplexing.selector = scan_.name("the selecting signal's name");
  do {
    const std::size_t at = scan_.position();
    SelectorRange range;
    range.from = scan_.natural("a selector value", UINT64_MAX);
    scan_.expect('-', "in the range of selector values");
    range.to = scan_.natural("a selector value", UINT64_MAX);
    if (range.to < range.from) scan_.fail(at, "the range of selector values runs backwards");
    draft.multiplexing.ranges.push_back(range);
  } while (scan_.accept(','));
  end_of_statement();
  if (!scan_.failed()) draft_.multiplexing.push_back(std::move(draft));
}

}  // namespace cantrail::dbc
