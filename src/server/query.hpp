// Reads query parameters one by one; the first thing wrong becomes a 400 that names the parameter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "server/request.hpp"

namespace cantrail::server {

// Lives as long as the request it reads. Each accessor names its parameter as known; call problem() last: it
// also finds parameters that nobody asked for and those given twice.
class QueryReader {
 public:
  explicit QueryReader(const Request& request);

  [[nodiscard]] std::string text(std::string_view name);              // empty: not given
  [[nodiscard]] bool has(std::string_view name) const;                // given, even if empty
  [[nodiscard]] std::optional<WallTime> time(std::string_view name);  // RFC 3339 or epoch seconds
  [[nodiscard]] std::uint64_t count(std::string_view name, std::uint64_t standard, std::uint64_t least,
                                    std::uint64_t most);
  // With its unit ("200ms").
  [[nodiscard]] std::optional<Duration> duration(std::string_view name, Duration least, Duration most);
  void refuse(std::string_view name, std::string_view detail);

  [[nodiscard]] std::optional<Response> problem();

 private:
  [[nodiscard]] const std::string* find(std::string_view name);

  const Request& request_;
  std::vector<std::string> known_;
  std::optional<Response> problem_;
};

}  // namespace cantrail::server
