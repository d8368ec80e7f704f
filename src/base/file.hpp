// The seam to the file system. Stores go through it, so that tests can inject short writes, full disks and
// failed syncs (file_fault.hpp). Paths are std::string, errors are values, nothing throws.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/status.hpp"

namespace cantrail {

// One open file. Not thread-safe, except that sync() may run beside append(). Closes on destruction.
class File {
 public:
  virtual ~File() = default;
  // Writes all of the pieces in order at the end of the file, or fails: after a failure some bytes may have
  // been written, size() tells. The caller truncates or goes on in another file.
  virtual Status append(std::span<const std::span<const std::byte>> pieces) = 0;
  // Reads up to out.size() bytes at `offset`; 0 means the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const = 0;
  // fdatasync. After a failure the kernel may have dropped the dirty pages: never retry on the same file.
  virtual Status sync() = 0;
  virtual Status truncate(std::uint64_t size) = 0;
  [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;
  // Says that it is being written, until it is closed: false, if another process has said so. Binds only
  // those who ask (flock); true where it cannot be said.
  virtual bool claim() { return true; }
};

enum class OpenMode : unsigned char {
  read,        // must exist
  append,      // must exist
  create_new,  // must not exist; for appending
  append_or_create,
};

enum class FileType : unsigned char {
  regular,
  folder,
  other,  // a pipe, a device, a socket: reading may wait or never end
};

struct DiskSpace {
  std::uint64_t total_bytes = 0;
  std::uint64_t free_bytes = 0;  // for this user
};

// Thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;  // replaces `to`
  virtual Status remove(const std::string& path) = 0;
  virtual Status make_directories(const std::string& path) = 0;
  virtual Status sync_directory(
      const std::string& path) = 0;  // makes created, renamed and removed names durable
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;  // names, sorted
  [[nodiscard]] virtual bool exists(const std::string& path) = 0;
  virtual Result<FileType> type(const std::string& path) = 0;  // of what a symbolic link leads to
  // One name for one file, whether it is there or not: absolute, without dots and symbolic links. Where that
  // cannot be found out, the path as it is.
  [[nodiscard]] virtual std::string canonical(const std::string& path) = 0;
  virtual Result<DiskSpace> space(const std::string& path) = 0;
};

// The real one; stateless.
[[nodiscard]] FileSystem& real_file_system();

// The permission bits of a file, 0600 for instance.
Result<std::uint32_t> file_permissions(const std::string& path);

// What tells that a file has become another one, without reading it.
struct FileStamp {
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
  std::uint64_t inode = 0;
  auto operator<=>(const FileStamp&) const = default;
};
Result<FileStamp> file_stamp(const std::string& path);

// More than any DBC or configuration has.
inline constexpr std::uint64_t kLargestText = 64U << 20;

// Whole-file helpers on any file system.
// read_file's faults beside those of open() and read_at(): rejected, for what is no regular file (it is not
// opened) or larger than `most_bytes`, of which at most that many are read.
Result<std::string> read_file(FileSystem& files, const std::string& path,
                              std::uint64_t most_bytes = kLargestText);
// Atomically: written to `path`.tmp, synced, renamed, directory synced.
Status write_file_atomically(FileSystem& files, const std::string& path, std::string_view content);

// "a/b" + "c" → "a/b/c"; an absolute second part stands alone.
[[nodiscard]] std::string join_path(std::string_view directory, std::string_view name);
[[nodiscard]] std::string parent_path(std::string_view path);  // "." where there is none
// The path itself, or the nearest folder above it that is there.
[[nodiscard]] std::string nearest_existing(FileSystem& files, std::string path);

}  // namespace cantrail
