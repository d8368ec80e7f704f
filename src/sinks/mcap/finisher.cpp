#include "sinks/mcap/finisher.hpp"

#include <algorithm>

namespace cantrail::mcap_sink {

Finisher::~Finisher() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Finisher::add(const SinkContext& context, LeftPart part) {
  {
    const std::scoped_lock lock(mutex_);
    if (!context_) context_.emplace(context);  // the same in each open()
    queue_.push_back(std::move(part));
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
}

bool Finisher::has(const std::string& path) const {
  const std::scoped_lock lock(mutex_);
  return std::any_of(queue_.begin(), queue_.end(), [&](const LeftPart& part) { return part.path == path; });
}

void Finisher::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return queue_.empty(); });
}

void Finisher::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    if (stop_) return;
    const LeftPart part = queue_.front();
    const SinkContext& context = *context_;
    lock.unlock();
    if (const Status finished = finish_part(context, recordings_, part, stop_); !finished && !stop_) {
      context.log.write(Severity::warning, context.name, finished.fault().message);
    }
    lock.lock();
    queue_.pop_front();
    changed_.notify_all();
  }
}

}  // namespace cantrail::mcap_sink
