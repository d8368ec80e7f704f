#include "server/response_head.hpp"

#include <array>
#include <cstdio>
#include <ctime>

#include "server/problem.hpp"

namespace cantrail::server {

std::string http_date(WallTime time) {
  static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = time.ns / 1'000'000'000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d GMT",
                kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour,
                parts.tm_min, parts.tm_sec);
  return text.data();
}

std::string response_head(const Response& response, bool keep_alive, WallTime now) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason_phrase(response.status)).append("\r\nServer: cantrail\r\nDate: ").append(http_date(now));
  head.append("\r\nContent-Type: ").append(response.content_type);
  head.append("\r\nContent-Length: ").append(std::to_string(response.body.size()));
  head.append(keep_alive ? "\r\nConnection: keep-alive" : "\r\nConnection: close");
  for (const Header& header : response.headers) {
    head.append("\r\n").append(header.name).append(": ").append(header.value);
  }
  return head.append("\r\n\r\n");
}

}  // namespace cantrail::server
