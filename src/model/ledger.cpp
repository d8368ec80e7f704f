#include "model/ledger.hpp"

#include "base/text.hpp"

namespace cantrail {

Ledger& Ledger::operator+=(const Ledger& other) {
  received += other.received;
  delivered += other.delivered;
  filtered += other.filtered;
  undecoded += other.undecoded;
  superseded += other.superseded;
  rejected += other.rejected;
  dropped += other.dropped;
  pending += other.pending;
  return *this;
}

std::string to_string(const Ledger& ledger) {
  std::string text =
      "received " + format_count(ledger.received) + " = delivered " + format_count(ledger.delivered);
  const auto add = [&](const char* name, std::uint64_t count, bool always) {
    if (count != 0 || always) text += std::string(" + ") + name + " " + format_count(count);
  };
  add("filtered", ledger.filtered, false);
  add("undecoded", ledger.undecoded, false);
  add("superseded", ledger.superseded, false);
  add("rejected", ledger.rejected, false);
  add("dropped", ledger.dropped, true);
  add("pending", ledger.pending, true);
  return text;
}

}  // namespace cantrail
