#include "sinks/mcap/condition.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "decode/derive/value.hpp"
#include "model/stream_reference.hpp"

namespace cantrail::mcap_sink {
namespace {

// The one field of a named signal's stream.
constexpr std::string_view kSignalField = "value";

struct Named {
  std::string_view channel, stream, field;
};

Named named(std::string_view operand) {
  if (!derive::is_field(operand)) return {{}, operand, kSignalField};
  const StreamReference parts = split_reference(operand);
  return {parts.channel, parts.stream, parts.field};
}

}  // namespace

Result<Condition> Condition::read(const std::string& text) {
  derive::ExpressionText read = derive::read_expression(text);
  if (!read.problem.empty()) return Fault{FaultKind::config, read.problem};
  const Named first = named(read.operands.front());
  for (const std::string& operand : read.operands) {
    const Named other = named(operand);
    if (other.stream == first.stream && other.channel == first.channel) continue;
    return Fault{FaultKind::config, "is of several streams ('" + printable(read.operands.front()) +
                                        "' and '" + printable(operand) +
                                        "'): make a [signal] of it, and name that here"};
  }
  auto expression = derive::Expression::compile(read);
  if (!expression) return expression.fault();
  return Condition(text, std::move(read.operands), std::move(*expression));
}

std::optional<Condition::Bound> Condition::bound_to(const Catalog& catalog, StreamId stream) const {
  const StreamInfo& info = catalog.streams[stream];
  const Named first = named(operands_.front());
  if (info.row->name != first.stream) return std::nullopt;
  if (!first.channel.empty() && (!info.channel || catalog.channels[*info.channel].alias != first.channel)) {
    return std::nullopt;
  }
  Bound bound;
  bound.stream = stream;
  for (const std::string& operand : operands_) {
    const auto& fields = info.row->fields;
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const FieldSchema& one) { return one.name == named(operand).field; });
    if (field == fields.end() || holds_bytes(field->type)) {
      return std::nullopt;
    }
    bound.fields.push_back(static_cast<std::size_t>(field - fields.begin()));
    bound.types.push_back(field->type);
  }
  return bound;
}

void Condition::bind(const Catalog& catalog) {
  bound_.clear();
  for (StreamId stream = 0; stream < catalog.streams.size(); ++stream) {
    if (auto bound = bound_to(catalog, stream)) bound_.push_back(std::move(*bound));
  }
}

Condition::Outcome Condition::look(const Batch& batch, std::optional<bool> before) {
  Outcome outcome;
  outcome.at_last = before;
  for (const Bound& bound : bound_) {
    for (const auto blocks : {std::span<const StreamBlock>(batch.blocks), batch.rows()}) {
      for (const StreamBlock& block : blocks) {
        if (block.stream() == bound.stream) look_at(bound, block, outcome);
      }
    }
  }
  return outcome;
}

void Condition::look_at(const Bound& bound, const StreamBlock& block, Outcome& outcome) {
  const std::span<double> values = expression_.operands();
  for (std::size_t row = 0; row < block.rows(); ++row) {
    for (std::size_t i = 0; i < bound.fields.size(); ++i) {
      values[i] = derive::read_cell(block, bound.fields[i], row, bound.types[i]).number;
    }
    const double value = expression_.evaluate();
    if (std::isnan(value)) continue;
    const bool holds = value != 0;
    outcome.holds |= holds;
    outcome.begins |= holds && outcome.at_last == false;
    outcome.at_last = holds;
  }
}

}  // namespace cantrail::mcap_sink
