// The second and third step of writing, on a thread of its own: while the lane fills a chunk, the one before
// is compressed and appended. One chunk at a time, in order.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/status.hpp"
#include "formats/mcap/chunk_builder.hpp"
#include "formats/mcap/chunk_compressor.hpp"
#include "sinks/mcap/mark.hpp"
#include "sinks/mcap/recording_file.hpp"

namespace cantrail::mcap_sink {

// For one thread, the lane's. From submit() to drain() the file belongs to the worker.
class ChunkLine {
 public:
  explicit ChunkLine(const mcap::ChunkOptions& options) : compressor_(options) {}
  ~ChunkLine();
  ChunkLine(const ChunkLine&) = delete;
  ChunkLine& operator=(const ChunkLine&) = delete;

  // Takes the records and gives back an empty builder. Waits while a chunk is at work. After a fault chunks
  // are dropped, until drain() has told of it.
  void submit(mcap::ChunkBuilder& raw, RecordingFile& file, const Mark& mark);
  // Waits until everything is in the file; the first fault since the last call.
  Status drain();

 private:
  struct Job {
    RecordingFile* file = nullptr;
    Mark mark;
  };

  void run();
  Status work(const Job& job);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Job> job_;  // there is one to do, or at work
  Status status_;
  bool stop_ = false;
  std::thread thread_;

  // Of whoever has the job:
  mcap::ChunkBuilder raw_;
  mcap::ChunkCompressor compressor_;
  mcap::FinishedChunk chunk_;
};

}  // namespace cantrail::mcap_sink
