// The ledger of one lane in one epoch, in input records. Each record that came in has exactly one fate, so
//   received = delivered + filtered + undecoded + superseded + rejected + dropped + pending
// at every batch boundary. `pending` is measured on its own (from the queue or from record numbers), never
// computed from the others, so that the equation can fail and tell us so.
#pragma once

#include <cstdint>
#include <string>

namespace cantrail {

struct Ledger {
  std::uint64_t received = 0;
  std::uint64_t delivered = 0;   // the sink has it
  std::uint64_t filtered = 0;    // the configuration leaves it out
  std::uint64_t undecoded = 0;   // no message definition fits, and the sink takes decoded data only
  std::uint64_t superseded = 0;  // a newer value took its place before it was sent
  std::uint64_t rejected = 0;    // the store refused it for good: dead-letter file
  std::uint64_t dropped = 0;     // lost, and written down as a gap
  std::uint64_t pending = 0;     // on the way

  [[nodiscard]] std::uint64_t settled() const {
    return delivered + filtered + undecoded + superseded + rejected + dropped;
  }
  [[nodiscard]] bool balances() const { return received == settled() + pending; }
  bool operator==(const Ledger&) const = default;

  Ledger& operator+=(const Ledger& other);
};

// "received 41,208 = delivered 41,190 + filtered 0 + … + pending 18"; terms that are 0 are left out, but not
// delivered, dropped and pending.
[[nodiscard]] std::string to_string(const Ledger& ledger);

}  // namespace cantrail
