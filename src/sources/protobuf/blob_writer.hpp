// Puts the large values of messages on the disk, on a thread of its own: a source's thread never waits for a
// disk.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "component/blob_store.hpp"
#include "sources/datagram/descriptor.hpp"
#include "sources/protobuf/large_values.hpp"
#include "sources/protobuf/port.hpp"

namespace cantrail::protobuf {

class BlobWriter {
 public:
  // A message whose row waits. Its bytes stay where they are until finished() has given it back: the port
  // holds its sender, so there is one a sender at the most.
  struct Job {
    Message message;
    std::vector<LargeValue> values;  // given back with their references
    std::string problem;             // why one of them could not be kept
  };

  explicit BlobWriter(BlobStore& store);
  // Waits for the one that is being written; others are given up.
  ~BlobWriter();
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  // The source's thread. The first one begins the thread.
  void start(Job job);
  [[nodiscard]] std::vector<Job> finished();
  // Readable when there is something finished.
  [[nodiscard]] int wake() const { return wake_.get(); }

 private:
  void run();
  void put(Job& job);

  BlobStore& store_;
  datagram::Descriptor wake_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable more_;
  std::deque<Job> waiting_, done_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace cantrail::protobuf
