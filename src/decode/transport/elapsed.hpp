#pragma once

#include <cstdint>

namespace cantrail::transport {

// Whatever the times are, also those of a forged log; a clock that was set back is no timeout.
[[nodiscard]] constexpr bool is_longer_ago(std::int64_t now_ns, std::int64_t then_ns, std::int64_t limit_ns) {
  return now_ns > then_ns && static_cast<std::uint64_t>(now_ns) - static_cast<std::uint64_t>(then_ns) >
                                 static_cast<std::uint64_t>(limit_ns);
}

}  // namespace cantrail::transport
