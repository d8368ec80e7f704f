// One measurement: how long, how much, and whether the result is right.
#pragma once

#include <cstdint>
#include <span>

#include "decode/dbc/decoder.hpp"
#include "input.hpp"

namespace cantrail::bench {

struct Measurement {
  double seconds = 0;         // median of the runs, for all frames
  std::uint64_t signals = 0;  // values decoded (present ones)
  std::uint64_t words = 0;    // sum of all present column words modulo 2^64: does not depend on the order
};

// The decoder as `cantrail run` uses it: blocks reused, look-up, bucketing, multiplexing and validity
// included.
[[nodiscard]] Measurement measure_decoder(const std::vector<dbc::ChannelPlan>& channels,
                                          std::span<const FrameBlock> batches, int runs);
[[nodiscard]] Measurement measure_sketch(const Input& input, int runs);  // words stays 0
// The same words by the scalar definition, frame by frame: slow, not timed. All frames are messages of
// `plan`.
[[nodiscard]] Measurement check_sum(const dbc::DecodePlan& plan, std::span<const FrameBlock> batches);

}  // namespace cantrail::bench
