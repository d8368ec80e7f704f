#include "measure.hpp"

#include <algorithm>
#include <ctime>
#include <vector>

#include "decode/dbc/signal_word.hpp"
#include "scalar_sketch.hpp"

namespace cantrail::bench {
namespace {

// Of this thread's processor time: what else the machine does does not count.
double seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class Run>
double median_seconds(int runs, Run run) {
  std::vector<double> seconds;
  for (int i = 0; i < runs; ++i) {
    const double begin = seconds_now();
    run();
    seconds.push_back(seconds_now() - begin);
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

Measurement measure_decoder(const std::vector<dbc::ChannelPlan>& channels,
                            std::span<const FrameBlock> batches, int runs) {
  dbc::Decoder decoder(channels);
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

Measurement check_sum(const dbc::DecodePlan& plan, std::span<const FrameBlock> batches) {
  Measurement result;
  for (const FrameBlock& batch : batches) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const FrameView frame = batch[i];
      const dbc::MessagePlan& message = *plan.find(frame.id);
      for (std::size_t field = 0; field < message.signals.size(); ++field) {
        const auto raw = dbc::raw_word(message, field, frame.data);
        if (!raw) continue;
        result.words += dbc::column_word(message.signals[field], *raw);
        ++result.signals;
      }
    }
  }
  return result;
}

}  // namespace cantrail::bench
