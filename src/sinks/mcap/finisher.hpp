// Finishes large files that a crash has left, on a thread of its own, while the node records already.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "sinks/mcap/part_finish.hpp"

namespace cantrail::mcap_sink {

// What fails is said in the log and left to another try. Thread-safe.
class Finisher {
 public:
  explicit Finisher(Recordings& recordings) : recordings_(recordings) {}
  ~Finisher();  // what is not finished stays as it is
  Finisher(const Finisher&) = delete;
  Finisher& operator=(const Finisher&) = delete;

  void add(const SinkContext& context, LeftPart part);
  [[nodiscard]] bool has(const std::string& path) const;
  void wait();  // until nothing is left to do

 private:
  void run();

  Recordings& recordings_;
  std::optional<SinkContext> context_;
  mutable std::mutex mutex_;  // guards the queue
  std::condition_variable changed_;
  std::deque<LeftPart> queue_;  // the first is at work
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace cantrail::mcap_sink
