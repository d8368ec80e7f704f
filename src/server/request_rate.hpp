// How often an address may ask: a bucket for each, filled at a steady rate, holding one second's worth.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.hpp"

namespace cantrail::server {

// One thread. Memory: at most `capacity` addresses; the one that has not asked for longest is forgotten.
class RequestRate {
 public:
  // `per_second` 0: no limit.
  explicit RequestRate(std::size_t per_second, std::size_t capacity = 4096)
      : per_second_(static_cast<double>(per_second)), capacity_(capacity) {}

  // nullopt: go ahead. Otherwise how long until this address may ask again.
  std::optional<Duration> take(const std::string& address, MonoTime now);

 private:
  struct Bucket {
    double left = 0;
    MonoTime filled;
    std::list<std::string>::iterator age;
  };
  Bucket& bucket_of(const std::string& address, MonoTime now);

  const double per_second_;
  const std::size_t capacity_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::list<std::string> ages_;  // the address that asked last at the end
};

}  // namespace cantrail::server
