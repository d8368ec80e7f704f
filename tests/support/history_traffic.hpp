// Made-up traffic for the history: messages with signals that wander, at given rates.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/batch.hpp"

namespace cantrail::bench {

struct MessageRate {
  std::string name;
  std::size_t signals = 3;
  std::int64_t every_ns = 1'000'000'000;
  double factor = 0.01;
};

[[nodiscard]] std::vector<MessageRate> grow_room();  // three nodes of five messages
[[nodiscard]] std::vector<MessageRate> leaf();       // an electric car
[[nodiscard]] std::vector<MessageRate> many(std::size_t signals, double rows_a_second);

class Traffic {
 public:
  explicit Traffic(const std::vector<MessageRate>& messages);

  [[nodiscard]] const CatalogPtr& catalog() const { return catalog_; }
  // All rows in [from_ns, to_ns) as one batch, its frames in the order of time.
  [[nodiscard]] BatchPtr batch(std::uint64_t seq, std::int64_t from_ns, std::int64_t to_ns);
  // The same as a live bus gives them: a batch ends 2 ms after its first frame. `seq`: of the next one.
  [[nodiscard]] std::vector<BatchPtr> live(std::uint64_t& seq, std::int64_t from_ns, std::int64_t to_ns);

 private:
  struct Due {
    std::int64_t time_ns = 0;
    std::size_t stream = 0;
  };
  struct Stream {
    MessageRate rate;
    std::int64_t next_ns = 0;
    std::vector<std::int64_t> raw;  // of each signal
  };
  std::uint64_t random();
  [[nodiscard]] std::vector<Due> due(std::int64_t from_ns, std::int64_t to_ns);
  [[nodiscard]] BatchPtr batch_of(std::uint64_t seq, std::span<const Due> due);

  CatalogPtr catalog_;
  std::vector<Stream> streams_;
  std::uint64_t state_ = 0x9E3779B97F4A7C15U;
};

}  // namespace cantrail::bench
