// What a client of /api/live may say, as JSON texts:
//   {"subscribe":["Battery.*","can0:Motor"],"interval":"200ms","id":1}
//   {"unsubscribe":1}
//   {"ping":…}
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "server/live_selection.hpp"

namespace cantrail::server {

// Ids are JSON as the client wrote it: a whole number, or a string with its quotes; "null" where it gave
// none.
struct LiveSubscribe {
  std::string id = "null";
  std::vector<std::string> patterns;  // as written
  Duration interval{};
};
struct LiveUnsubscribe {
  std::string id;
};
struct LivePing {
  std::string value;  // JSON, sent back as it is
};
struct LiveMistake {
  std::string id = "null";
  std::string detail;  // what is wrong and what to write
};
using LiveCommand = std::variant<LiveSubscribe, LiveUnsubscribe, LivePing, LiveMistake>;

inline constexpr std::size_t kMostPatterns = 64;     // in one subscription
inline constexpr std::size_t kLongestPattern = 200;  // bytes
inline constexpr std::size_t kLongestLiveId = 64;    // bytes, as JSON
inline constexpr std::size_t kLongestPing = 256;     // bytes, as JSON

// `interval`: of a subscription that names none.
[[nodiscard]] LiveCommand read_live_command(std::string_view text, Duration interval);

}  // namespace cantrail::server
