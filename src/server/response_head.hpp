// The first part of an answer on the wire.
#pragma once

#include <string>

#include "base/time.hpp"
#include "server/request.hpp"

namespace cantrail::server {

// Status line and header fields up to the empty line. The body follows as it is, but not after HEAD.
[[nodiscard]] std::string response_head(const Response& response, bool keep_alive, WallTime now);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7).
[[nodiscard]] std::string http_date(WallTime time);

}  // namespace cantrail::server
