#include "server/request_rate.hpp"

#include <algorithm>

namespace cantrail::server {

RequestRate::Bucket& RequestRate::bucket_of(const std::string& address, MonoTime now) {
  if (const auto at = buckets_.find(address); at != buckets_.end()) {
    ages_.splice(ages_.end(), ages_, at->second.age);
    return at->second;
  }
  if (buckets_.size() >= capacity_) {
    buckets_.erase(ages_.front());
    ages_.pop_front();
  }
  Bucket& bucket = buckets_[address];
  bucket.left = per_second_;
  bucket.filled = now;
  bucket.age = ages_.insert(ages_.end(), address);
  return bucket;
}

std::optional<Duration> RequestRate::take(const std::string& address, MonoTime now) {
  if (per_second_ <= 0) return std::nullopt;
  Bucket& bucket = bucket_of(address, now);
  const double seconds = std::chrono::duration<double>(now - bucket.filled).count();
  bucket.left = std::min(per_second_, bucket.left + std::max(0.0, seconds) * per_second_);
  bucket.filled = now;
  if (bucket.left < 1) {
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>((1 - bucket.left) / per_second_));
  }
  bucket.left -= 1;
  return std::nullopt;
}

}  // namespace cantrail::server
