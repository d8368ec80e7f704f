// Looks once a second whether the files of a folder of .proto files have changed, and imports them anew.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/file.hpp"
#include "component/context.hpp"
#include "sources/protobuf/type_set.hpp"

namespace cantrail::protobuf {

// A thread of its own, since disks may take their time. A change counts once two looks have found the same:
// files are copied in pieces.
class FolderWatch {
 public:
  struct Parts {
    std::string name;  // of the source, for the log
    std::string folder;
    FileSystem& files;
    Log& log;
    Duration every = std::chrono::seconds(1);
  };
  // Loads the folder once before it returns. What is wrong in it is told to the log.
  explicit FolderWatch(Parts parts);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // Any thread. Grows with each change that types() shows.
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  [[nodiscard]] std::shared_ptr<const TypeSet> types() const;

 private:
  using Stamps = std::optional<std::map<std::string, FileStamp>>;  // nullopt: there is no folder

  void run();
  [[nodiscard]] Stamps look() const;
  void load();

  Parts parts_;
  std::atomic<std::uint64_t> version_{0};
  Stamps loaded_, last_;  // the thread's
  mutable std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::shared_ptr<const TypeSet> types_;
  std::thread thread_;
};

}  // namespace cantrail::protobuf
