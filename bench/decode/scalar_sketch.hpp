// What a careful programmer writes in an hour: one record after the other, a table by identifier, one byte
// swap a frame. It leaves out multiplexing, floats, lengths and validity, so it is no decoder; its speed says
// how fast this machine is, and scales the figures of peers that were measured on another one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decode/dbc/plan.hpp"
#include "input.hpp"

namespace cantrail::bench {

class ScalarSketch {
 public:
  explicit ScalarSketch(const dbc::DecodePlan& plan);

  // Decodes all signals of all frames into a reused array of doubles; returns their number.
  std::uint64_t decode(std::span<const Record> records);

 private:
  struct Signal {
    std::uint64_t mask = 0, sign = 0;
    unsigned shift = 0;
    bool swapped = false;
    double factor = 1, offset = 0;
  };

  const dbc::DecodePlan& plan_;
  std::vector<std::vector<Signal>> messages_;
  std::vector<double> values_;
};

}  // namespace cantrail::bench
