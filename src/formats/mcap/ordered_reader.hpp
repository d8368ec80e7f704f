// Reads messages in log-time order, along a summary.
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/status.hpp"
#include "formats/mcap/byte_source.hpp"
#include "formats/mcap/damage.hpp"
#include "formats/mcap/limits.hpp"
#include "formats/mcap/summary.hpp"

namespace cantrail::mcap {

struct Selection {
  std::uint64_t from_ns = 0;
  std::optional<std::uint64_t> until_ns;          // exclusive
  std::function<bool(const Channel&)> channels;  // asked once a channel; empty: all, undefined ones too
};

// Messages of equal time come in the order of the file.
//
// Not thread-safe; borrows source and summary. Memory: most_open_bytes, and one chunk.
class OrderedReader {
 public:
  OrderedReader(const ByteSource& source, const Summary& summary, const Selection& selection,
                const Limits& limits = {});

  // The next messages, valid until the next call; empty: there are no more. Faults: those of the source. A chunk that cannot be
  // read is left out and counted.
  Result<std::span<const Message>> next();

  [[nodiscard]] const DamageLog& damage() const { return damage_; }

 private:
  DamageLog damage_;
};

}  // namespace cantrail::mcap
