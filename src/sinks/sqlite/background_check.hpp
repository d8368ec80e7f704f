// Looks through what a history file held at the start, beside its writer, so slowly that neither the disk nor
// a small machine notices: damage that came while nobody looked is told before somebody asks for what is
// gone.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "component/context.hpp"
#include "component/store_check.hpp"
#include "sinks/sqlite/file_check.hpp"

namespace cantrail::sqlite {

// For each slice a pause: so long that no more than `bytes_per_s` are read, and that the disk has nine tenths
// of the time for others.
struct CheckPace {
  FileCheck::Slice slice;
  std::uint64_t bytes_per_s = 1U << 20;
};

// state() from any thread, the rest from the lane's.
class BackgroundCheck {
 public:
  explicit BackgroundCheck(std::string path, CheckPace pace = {}) : path_(std::move(path)), pace_(pace) {}
  ~BackgroundCheck() { pause(); }

  // Begins, or goes on where it was paused; once it is over nothing happens.
  void resume(const SinkContext& context);
  // Closes the file; returns within a slice.
  void pause();
  // For good: the file is another one now.
  void give_up();

  // nullopt: it never began, or was given up.
  [[nodiscard]] std::optional<StoreCheck> state() const;

 private:
  void run(const SinkContext& context);
  void note_progress(const SinkContext& context, bool ended);
  [[nodiscard]] std::string describe_damage() const;

  const std::string path_;
  const CheckPace pace_;
  std::thread thread_;
  FileCheck check_;       // of its thread
  std::size_t told_ = 0;  // damages, to the log; of its thread
  bool over_ = false;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  std::optional<StoreCheck> state_;
};

}  // namespace cantrail::sqlite
