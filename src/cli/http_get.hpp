// Asks a running node something. Blocking, for commands.
#pragma once

#include <string>

#include "base/status.hpp"
#include "base/time.hpp"

namespace cantrail::cli {

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

// `url`: http://host:port; faults: config (malformed), unavailable (nobody answers there).
[[nodiscard]] Result<HttpAnswer> http_get(const std::string& url, const std::string& path,
                                          Duration patience = std::chrono::seconds(5));
// The same for what changes something, without a body.
[[nodiscard]] Result<HttpAnswer> http_post(const std::string& url, const std::string& path,
                                           Duration patience = std::chrono::seconds(5));

}  // namespace cantrail::cli
