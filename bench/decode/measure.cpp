#include "measure.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <vector>

#include "decode/dbc/decoder.hpp"
#include "decode/dbc/signal_word.hpp"
#include "scalar_sketch.hpp"

namespace cantrail::bench {
namespace {

template <class Run>
double median_seconds(int runs, Run run) {
  std::vector<double> seconds;
  for (int i = 0; i < runs; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    run();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

void add(Measurement& sum, const std::vector<StreamBlock>& blocks) {
  for (const StreamBlock& block : blocks) {
    for (std::size_t field = 0; field < block.fields(); ++field) {
      for (std::size_t row = 0; row < block.rows(); ++row) {
        if (!block.valid(field, row)) continue;
        sum.words += block.word(field, row);
        ++sum.signals;
      }
    }
  }
}

}  // namespace

Measurement measure_decoder(const Input& input, std::size_t frames_per_batch, int runs) {
  const std::vector<FrameBlock> batches = batches_of(input, frames_per_batch);
  dbc::Decoder decoder({dbc::ChannelPlan{{input.plan}, {0}}});
  std::vector<StreamBlock> blocks;
  Measurement result;
  for (const FrameBlock& batch : batches) {  // warms up, and says what came out
    (void)decoder.decode(batch, blocks);
    add(result, blocks);
  }
  result.seconds = median_seconds(runs, [&] {
    for (const FrameBlock& batch : batches) (void)decoder.decode(batch, blocks);
  });
  return result;
}

Measurement measure_sketch(const Input& input, int runs) {
  ScalarSketch sketch(*input.plan);
  Measurement result;
  result.signals = sketch.decode(input.records);
  result.seconds = median_seconds(runs, [&] { (void)sketch.decode(input.records); });
  return result;
}

Measurement check_sum(const Input& input) {
  Measurement result;
  for (const Record& record : input.records) {
    std::array<std::uint8_t, 8> data{};
    std::memcpy(data.data(), &record.data, sizeof record.data);
    const dbc::MessagePlan& message = *input.plan->find(record.id);
    for (std::size_t field = 0; field < message.signals.size(); ++field) {
      const auto raw = dbc::raw_word(message, field, {data.data(), record.length});
      if (!raw) continue;
      result.words += dbc::column_word(message.signals[field], *raw);
      ++result.signals;
    }
  }
  return result;
}

}  // namespace cantrail::bench
