#include "sinks/mcap/chunk_line.hpp"

#include <utility>

namespace cantrail::mcap_sink {

ChunkLine::~ChunkLine() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ChunkLine::submit(mcap::ChunkBuilder& raw, RecordingFile& file, const Mark& mark) {
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !job_; });
    if (!status_) {
      raw.clear();
      return;
    }
    std::swap(raw, raw_);
    job_ = Job{&file, mark};
  }
  changed_.notify_all();
}

Status ChunkLine::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !job_; });
  return std::exchange(status_, Status{});
}

Status ChunkLine::work(const Job& job) {
  Status status = compressor_.compress(raw_, chunk_);
  raw_.clear();  // also after a fault
  return status ? job.file->append(chunk_, job.mark) : status;
}

void ChunkLine::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || job_; });
    if (!job_) return;
    const Job job = *job_;
    lock.unlock();
    Status status = work(job);
    lock.lock();
    if (!status) status_ = std::move(status);
    job_.reset();
    changed_.notify_all();
  }
}

}  // namespace cantrail::mcap_sink
