#include "input.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

#include "decode/dbc/encoder.hpp"
#include "decode/dbc/parser.hpp"

namespace cantrail::bench {
namespace {

constexpr std::uint64_t kSeed = 20261121;

// Makes one of the multiplexed signals present, by setting the selectors above it.
void select_something(const dbc::MessagePlan& message, std::mt19937_64& random,
                      std::array<std::uint8_t, 8>& data) {
  std::vector<const dbc::SignalPlan*> multiplexed;
  for (const dbc::SignalPlan& signal : message.signals) {
    if (signal.selector && !signal.ranges.empty()) multiplexed.push_back(&signal);
  }
  if (multiplexed.empty()) return;
  const dbc::SignalPlan* signal = multiplexed[random() % multiplexed.size()];
  while (signal->selector) {
    const dbc::SelectorRange& range = signal->ranges[random() % signal->ranges.size()];
    const std::uint64_t values = range.to - range.from + 1;
    const dbc::SignalPlan& selector = message.signals[*signal->selector];
    dbc::insert_raw(selector, range.from + (values == 0 ? random() : random() % values), data);
    signal = &selector;
  }
}

}  // namespace

std::optional<Input> make_input(const std::string& name, const std::string& dbc_path, std::size_t frames) {
  std::ifstream file(dbc_path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto parsed = dbc::parse(text, dbc_path);
  if (!parsed) return std::nullopt;
  auto& messages = parsed->database.messages;
  const auto unusable = [](const dbc::Message& message) {
    return message.length_bytes > 8 || std::any_of(message.signals.begin(), message.signals.end(),
                                                   [](auto& signal) { return signal.start_bit >= 64; });
  };
  messages.erase(std::remove_if(messages.begin(), messages.end(), unusable), messages.end());

  Input input{name, dbc_path, nullptr, {}};
  input.plan = dbc::DecodePlan::compile(parsed->database, parsed->diagnostics, {.protocols = false});
  if (input.plan->messages().empty()) return std::nullopt;
  std::mt19937_64 random(kSeed);
  input.records.reserve(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    const dbc::MessagePlan& message = input.plan->messages()[random() % input.plan->messages().size()];
    std::array<std::uint8_t, 8> data{};
    const std::uint64_t word = random();
    std::memcpy(data.data(), &word, message.length_bytes);
    select_something(message, random, data);
    Record record{message.id, static_cast<std::uint8_t>(message.length_bytes), 0};
    std::memcpy(&record.data, data.data(), sizeof record.data);
    input.records.push_back(record);
  }
  return input;
}

std::vector<FrameBlock> batches_of(const Input& input, std::size_t frames_per_batch) {
  std::vector<FrameBlock> batches;
  for (std::size_t i = 0; i < input.records.size(); ++i) {
    if (i % frames_per_batch == 0) batches.emplace_back().reserve(frames_per_batch, frames_per_batch * 8);
    const Record& record = input.records[i];
    std::array<std::uint8_t, 8> data{};
    std::memcpy(data.data(), &record.data, sizeof record.data);
    batches.back().append({WallTime{static_cast<std::int64_t>(i) * 1000},
                           record.id,
                           0,
                           0,
                           static_cast<std::uint8_t>(record.length),
                           {data.data(), record.length}});
  }
  return batches;
}

}  // namespace cantrail::bench
