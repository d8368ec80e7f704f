#include "decode/transport/merge.hpp"

namespace cantrail::transport {

StreamBlock merge(const StreamBlock& a, const StreamBlock& b) {
  StreamBlock merged;
  merged.reset(a.stream(), a.fields(), a.rows() + b.rows(), true);
  std::size_t of_a = 0, of_b = 0;
  for (std::size_t row = 0; row < merged.rows(); ++row) {
    const bool take_a = of_b == b.rows() || (of_a < a.rows() && a.frame()[of_a] <= b.frame()[of_b]);
    const StreamBlock& from = take_a ? a : b;
    const std::size_t its = take_a ? of_a++ : of_b++;
    merged.time_ns()[row] = from.time_ns()[its];
    merged.frame()[row] = from.frame()[its];
    for (std::size_t field = 0; field < merged.fields(); ++field) {
      if (from.valid(field, its)) {
        merged.u64(field)[row] = from.word(field, its);
      } else {
        merged.set_absent(field, row, from.quality(field, its));
      }
    }
  }
  return merged;
}

}  // namespace cantrail::transport
