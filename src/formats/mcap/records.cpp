#include "formats/mcap/records.hpp"

#include <algorithm>

namespace cantrail::mcap {

void Statistics::count(std::uint16_t channel, std::uint64_t more) {
  if (messages_of.size() <= channel) messages_of.resize(std::size_t{channel} + 1);
  messages_of[channel] += more;
}

void Statistics::count_all(std::uint64_t more, std::uint64_t first_ns, std::uint64_t last_ns) {
  if (more == 0) return;
  start_ns = messages == 0 ? first_ns : std::min(start_ns, first_ns);
  end_ns = messages == 0 ? last_ns : std::max(end_ns, last_ns);
  messages += more;
}

}  // namespace cantrail::mcap
