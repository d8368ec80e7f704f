#include "decode/derive/deriver.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>
#include <utility>

namespace cantrail::derive {
namespace {

constexpr std::size_t kSpareBlocks = 8;  // of each signal

// Ascending as the times do.
std::uint64_t key_of_time(std::int64_t time_ns) {
  return static_cast<std::uint64_t>(time_ns) ^ (std::uint64_t{1} << 63);
}

bool is_near(std::int64_t a, std::int64_t b, std::int64_t max_age_ns) {
  const std::uint64_t apart = a < b ? static_cast<std::uint64_t>(b) - static_cast<std::uint64_t>(a)
                                    : static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b);
  return apart <= static_cast<std::uint64_t>(max_age_ns);
}

}  // namespace

Deriver::Deriver(std::shared_ptr<const Plan> plan, std::size_t streams)
    : plan_(std::move(plan)), streams_(streams), signal_of_(streams), spare_(plan_->signals.size()) {
  std::size_t most_operands = 1;
  for (std::size_t i = 0; i < plan_->signals.size(); ++i) {
    const PlannedSignal& planned = plan_->signals[i];
    Signal& signal = signals_.emplace_back(Signal{&planned, Calibration(planned.formula->spec), {}, {}, {}});
    if (planned.formula->spec.from.empty()) {
      auto compiled = Expression::compile(planned.formula->expression);
      assert(compiled.ok());  // where it is not, the signal has no value
      if (compiled) signal.expression = std::move(*compiled);
    }
    signal_of_[planned.stream] = i + 1;
    for (const StreamId trigger : planned.triggers) {
      Stream& stream = streams_[trigger];
      (planned.of_one_stream() ? stream.columns : stream.stateful).push_back(i);
    }
    most_operands = std::max(most_operands, planned.inputs.size());
  }
  operands_.resize(most_operands);
  plan_memory();
}

// A slot for each value that a signal of several streams is computed of, and the rows that fill it.
void Deriver::plan_memory() {
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    if (signals_[i].planned->of_one_stream()) continue;
    for (const Input& input : signals_[i].planned->inputs) signals_[i].slots.push_back(slot_of(input));
  }
  memory_.resize(slot_inputs_.size());
  for (std::size_t slot = 0; slot < slot_inputs_.size(); ++slot) {
    const Input& input = slot_inputs_[slot];
    if (!input.signal) {
      streams_[input.field.stream].feeds.push_back({slot, input.field, input.type, {}});
    } else if (const PlannedSignal& source = *signals_[*input.signal].planned; source.of_one_stream()) {
      Stream& stream = streams_[source.triggers.front()];
      const auto at = std::find(stream.columns.begin(), stream.columns.end(), *input.signal);
      stream.feeds.push_back({slot, {}, {}, static_cast<std::size_t>(at - stream.columns.begin())});
    } else {
      signals_[*input.signal].slot = slot;
    }
  }
}

std::size_t Deriver::slot_of(const Input& input) {
  const auto at = std::find_if(slot_inputs_.begin(), slot_inputs_.end(), [&](const Input& known) {
    if (known.signal || input.signal) return known.signal == input.signal;
    return known.field.stream == input.field.stream && known.field.field == input.field.field;
  });
  const auto slot = static_cast<std::size_t>(at - slot_inputs_.begin());
  if (at == slot_inputs_.end()) slot_inputs_.push_back(input);
  return slot;
}

void Deriver::forget() {
  std::fill(memory_.begin(), memory_.end(), Remembered{});
}

void Deriver::reclaim(std::vector<StreamBlock>& blocks) {
  std::erase_if(blocks, [this](StreamBlock& block) {
    const std::size_t signal = block.stream() < signal_of_.size() ? signal_of_[block.stream()] : 0;
    if (signal == 0) return false;
    if (spare_[signal - 1].size() < kSpareBlocks) spare_[signal - 1].push_back(std::move(block));
    return true;
  });
}

StreamBlock Deriver::take_block(std::size_t signal, std::size_t rows, bool of_frames) {
  StreamBlock block;
  if (auto& spare = spare_[signal]; !spare.empty()) {
    block = std::move(spare.back());
    spare.pop_back();
  }
  block.reset(signals_[signal].planned->stream, 1, rows, of_frames);
  return block;
}

std::uint32_t Deriver::derive(const RawBatch& raw, std::vector<StreamBlock>& blocks) {
  made_.clear();
  run(blocks, true);
  run(raw.rows, false);
  std::uint32_t produced = 0;
  for (StreamBlock& block : made_) {
    produced += static_cast<std::uint32_t>(block.rows());
    blocks.push_back(std::move(block));
  }
  made_.clear();
  const auto before = [](const StreamBlock& a, const StreamBlock& b) {
    return std::tuple(a.stream(), a.frame().empty()) < std::tuple(b.stream(), b.frame().empty());
  };
  if (!std::is_sorted(blocks.begin(), blocks.end(), before)) std::sort(blocks.begin(), blocks.end(), before);
  return produced;
}

void Deriver::run(std::span<const StreamBlock> blocks, bool of_frames) {
  parts_.clear();
  for (const StreamBlock& block : blocks) {
    if (block.rows() == 0) continue;
    const Stream& stream = streams_[block.stream()];
    const std::size_t first_column = made_.size();
    for (const std::size_t signal : stream.columns) compute_column(signal, block);
    if (!stream.stateful.empty()) parts_.push_back({&block, first_column});
  }
  if (!parts_.empty()) compute_stateful(of_frames);
}

void Deriver::compute_column(std::size_t index, const StreamBlock& block) {
  Signal& signal = signals_[index];
  const PlannedSignal& planned = *signal.planned;
  signal.output = made_.size();
  made_.push_back(take_block(index, block.rows(), !block.frame().empty()));
  StreamBlock& out = made_.back();
  std::copy(block.time_ns().begin(), block.time_ns().end(), out.time_ns().begin());
  std::copy(block.frame().begin(), block.frame().end(), out.frame().begin());
  for (std::size_t row = 0; row < block.rows(); ++row) {
    for (std::size_t i = 0; i < planned.inputs.size(); ++i) {
      const Input& input = planned.inputs[i];
      operands_[i] = input.signal ? read_cell(made_[signals_[*input.signal].output], 0, row, FieldType::f64)
                                  : read_cell(block, input.field.field, row, input.type);
    }
    if (!planned.absent.empty() && !operands_[0].absent()) {
      const std::uint64_t word = block.word(planned.inputs[0].field.field, row);
      const bool says_none =
          std::find(planned.absent.begin(), planned.absent.end(), word) != planned.absent.end();
      if (says_none) operands_[0] = Value::none(Quality::not_available);
    }
    write_cell(out, row, result(signal));
  }
}

// Of the operands at hand.
Value Deriver::result(Signal& signal) const {
  if (!signal.expression) {
    return signal.planned->formula->spec.from.empty() ? Value::none(Quality::error)
                                                      : signal.calibration.apply(operands_[0]);
  }
  const std::span<double> operands = signal.expression->operands();
  for (std::size_t i = 0; i < operands.size(); ++i) operands[i] = operands_[i].number;
  const Value computed = Value::of(signal.expression->evaluate());
  if (!computed.absent()) return signal.calibration.apply(computed);
  const auto used = std::span(operands_).first(operands.size());
  const auto missing = std::find_if(used.begin(), used.end(), [](const Value& one) { return one.absent(); });
  return missing != used.end() ? *missing : computed;
}

void Deriver::compute_stateful(bool of_frames) {
  for (Signal& signal : signals_) signal.next_row = 0;
  for (const Part& part : parts_) {
    for (const std::size_t i : streams_[part.block->stream()].stateful) {
      signals_[i].next_row += part.block->rows();
    }
  }
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    const std::size_t rows = std::exchange(signals_[i].next_row, 0);
    if (rows == 0) continue;
    signals_[i].output = made_.size();
    made_.push_back(take_block(i, rows, of_frames));
  }
  put_rows_in_order(of_frames);
  for (const RowPlace& place : order_) compute_row(parts_[place.part], place.row, of_frames);
}

void Deriver::put_rows_in_order(bool of_frames) {
  order_.clear();
  for (std::uint32_t p = 0; p < parts_.size(); ++p) {
    const StreamBlock& block = *parts_[p].block;
    for (std::uint32_t row = 0; row < block.rows(); ++row) {
      const std::uint64_t key = of_frames ? block.frame()[row] : key_of_time(block.time_ns()[row]);
      order_.push_back({key, p, row});
    }
  }
  if (parts_.size() == 1 && of_frames) return;
  std::sort(order_.begin(), order_.end(), [](const RowPlace& a, const RowPlace& b) {
    return std::tuple(a.key, a.part, a.row) < std::tuple(b.key, b.part, b.row);
  });
}

void Deriver::compute_row(const Part& part, std::size_t row, bool of_frames) {
  const StreamBlock& block = *part.block;
  const Stream& stream = streams_[block.stream()];
  const std::int64_t time_ns = block.time_ns()[row];
  for (const Feed& feed : stream.feeds) {
    const Value value = feed.column
                            ? read_cell(made_[part.first_column + *feed.column], 0, row, FieldType::f64)
                            : read_cell(block, feed.field.field, row, feed.type);
    memory_[feed.slot] = {value, time_ns, true};
  }
  for (const std::size_t index : stream.stateful) {
    Signal& signal = signals_[index];
    for (std::size_t i = 0; i < signal.slots.size(); ++i) operands_[i] = recall(signal, i, time_ns);
    const Value value = result(signal);
    StreamBlock& out = made_[signal.output];
    const std::size_t to = signal.next_row++;
    out.time_ns()[to] = time_ns;
    if (of_frames) out.frame()[to] = block.frame()[row];
    write_cell(out, to, value);
    if (signal.slot) memory_[*signal.slot] = {value, time_ns, true};
  }
}

Value Deriver::recall(const Signal& signal, std::size_t operand, std::int64_t time_ns) const {
  const Remembered& known = memory_[signal.slots[operand]];
  const std::int64_t max_age_ns = signal.planned->formula->spec.max_age_ns;
  if (!known.seen || !is_near(known.time_ns, time_ns, max_age_ns)) return Value::none(Quality::stale);
  return known.value;
}

}  // namespace cantrail::derive
