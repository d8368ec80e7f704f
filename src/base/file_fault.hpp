// A file system for tests that fails on command: at the n-th operation, for as long as wanted, in the middle
// of a write, or because a disk of a given size is full. Or that takes as long as the test wants.
#pragma once

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>

#include "base/file.hpp"

namespace cantrail {

enum class FileOperation : std::uint8_t {
  open_read,
  open_write,
  append,
  read,
  sync,
  truncate,
  rename,
  remove,
  make_directories,
  sync_directory,
};

using FileOperations = std::uint32_t;  // a set of bits
[[nodiscard]] constexpr FileOperations only(FileOperation operation) {
  return 1U << static_cast<unsigned>(operation);
}
inline constexpr FileOperations kEveryChange =
    ~(only(FileOperation::open_read) | only(FileOperation::read));  // all that change the disk

struct FileFault {
  int error = EIO;
  bool half_written = false;  // an append that fails has written half of its bytes
  std::uint64_t times = 1;    // how many operations in a row fail
  static constexpr std::uint64_t kForever = std::numeric_limits<std::uint64_t>::max();
};

// Thread-safe. Must outlive the files that it opened.
class FaultFileSystem final : public FileSystem {
 public:
  explicit FaultFileSystem(FileSystem& real = real_file_system()) : real_(real) {}

  // The n-th of these operations from now on fails (1: the next).
  void fail_at(std::uint64_t n, FileOperations operations = kEveryChange, FileFault fault = {});
  void heal();  // forgets what was to fail; the disk keeps its size
  // A disk with room for this many more bytes than it holds now; nullopt: no limit. Removing and truncating
  // make room. What fits of a write is written, then ENOSPC.
  void set_free_bytes(std::optional<std::uint64_t> bytes);
  // These operations wait from now on, until release().
  void stall(FileOperations operations);
  void release();

  [[nodiscard]] std::uint64_t count(FileOperation operation) const;
  [[nodiscard]] std::uint64_t changes() const;     // sum over kEveryChange
  [[nodiscard]] std::uint64_t bytes_read() const;  // by read_at()
  [[nodiscard]] std::size_t stalled() const;       // operations that wait

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status make_directories(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  bool exists(const std::string& path) override;
  Result<FileType> type(const std::string& path) override;
  std::string canonical(const std::string& path) override;
  Result<DiskSpace> space(const std::string& path) override;

 private:
  friend class FaultFile;
  // Counts it; the fault that is due, if any.
  [[nodiscard]] std::optional<FileFault> due(FileOperation operation);
  [[nodiscard]] std::uint64_t take_room(std::uint64_t bytes);  // how many of them there is room for
  void give_room(std::uint64_t bytes);
  void note_read(std::size_t bytes);

  FileSystem& real_;
  mutable std::mutex mutex_;
  std::array<std::uint64_t, 10> counts_{};
  std::uint64_t until_ = 0;  // matching operations until the fault is due; 0: none planned
  FileOperations matching_ = 0;
  FileFault planned_;
  std::optional<std::uint64_t> free_bytes_;
  std::uint64_t bytes_read_ = 0;
  FileOperations stalling_ = 0;
  std::size_t stalled_ = 0;
  std::condition_variable released_;
};

}  // namespace cantrail
