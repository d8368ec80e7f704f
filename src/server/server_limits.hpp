// What clients may take up.
#pragma once

#include <cstddef>

#include "base/time.hpp"

namespace cantrail::server {

// The defaults are what runs; tests use smaller ones.
struct ServerLimits {
  std::size_t connections = 256;             // beyond: 503 and close
  std::size_t connections_per_address = 0;   // beyond: 429 and close; 0: no limit of its own
  std::size_t requests_per_second = 0;       // of one address, as many at once; beyond: 429; 0: no limit
  std::size_t header_bytes = 8U << 10;       // of a request
  std::size_t body_bytes = 64U << 10;        // that a request may have with it: nothing reads it
  std::size_t history_requests = 32;         // at once, two of them worked on: beyond, 503
  std::size_t response_bytes = 64U << 20;    // held for clients that have not read them yet: beyond, 503
  Duration idle = std::chrono::seconds(30);  // for a whole request to arrive, or an answer to leave
  Duration stalled =
      std::chrono::seconds(10);  // a WebSocket client that takes nothing, or gives no sign of life
};

}  // namespace cantrail::server
