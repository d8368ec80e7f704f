#include "sources/protobuf/blob_writer.hpp"

#include <iterator>

#include <sys/eventfd.h>

namespace cantrail::protobuf {

BlobWriter::BlobWriter(BlobStore& store) : store_(store), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

BlobWriter::~BlobWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  more_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void BlobWriter::start(Job job) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(job));
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  more_.notify_all();
}

std::vector<BlobWriter::Job> BlobWriter::finished() {
  const std::lock_guard lock(mutex_);
  if (done_.empty()) return {};
  eventfd_t ignored = 0;
  (void)::eventfd_read(wake_.get(), &ignored);
  std::vector<Job> jobs(std::make_move_iterator(done_.begin()), std::make_move_iterator(done_.end()));
  done_.clear();
  return jobs;
}

void BlobWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    more_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    put(job);
    lock.lock();
    done_.push_back(std::move(job));
    (void)::eventfd_write(wake_.get(), 1);
  }
}

void BlobWriter::put(Job& job) {
  for (LargeValue& value : job.values) {
    auto reference = store_.put(std::as_bytes(value.bytes));
    if (reference) {
      value.reference = *reference;
    } else {
      job.problem = reference.fault().message;
    }
  }
}

}  // namespace cantrail::protobuf
