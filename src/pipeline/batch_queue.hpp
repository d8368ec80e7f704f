// Batches on their way from one thread to another, counted in bytes. Never blocks a producer: what happens
// when it is full is the caller's policy. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "base/time.hpp"

namespace cantrail {

template <class T>
class BatchQueue {
 public:
  void push(T item, std::size_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      items_.emplace_back(std::move(item), bytes);
      bytes_ += bytes;
    }
    ready_.notify_one();
  }

  // Waits up to `patience` for an item. nullopt: none came, or the queue is closed and empty.
  [[nodiscard]] std::optional<T> pop(Duration patience) {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, patience, [&] { return !items_.empty() || closed_; });
    if (items_.empty()) return std::nullopt;
    auto [item, bytes] = std::move(items_.front());
    items_.pop_front();
    bytes_ -= bytes;
    lock.unlock();
    room_.notify_all();
    return std::move(item);
  }

  // Waits until fewer than `limit` bytes are queued. False: still full after `patience`.
  [[nodiscard]] bool wait_for_room(std::size_t limit, Duration patience) {
    std::unique_lock lock(mutex_);
    return room_.wait_for(lock, patience, [&] { return bytes_ < limit || closed_; });
  }

  // No more will come; what is queued is still handed out.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
    room_.notify_all();
  }

  [[nodiscard]] bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }
  [[nodiscard]] bool finished() const {
    const std::lock_guard lock(mutex_);
    return closed_ && items_.empty();
  }
  [[nodiscard]] bool empty() const {
    const std::lock_guard lock(mutex_);
    return items_.empty();
  }
  [[nodiscard]] std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable ready_, room_;
  std::deque<std::pair<T, std::size_t>> items_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace cantrail
