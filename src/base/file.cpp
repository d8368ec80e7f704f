#include "base/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <filesystem>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/text.hpp"

namespace cantrail {
namespace {

class RealFile final : public File {
 public:
  RealFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  RealFile(const RealFile&) = delete;
  RealFile& operator=(const RealFile&) = delete;
  ~RealFile() override { ::close(fd_); }

  Status append(std::span<const std::span<const std::byte>> pieces) override {
    std::size_t done = 0;    // pieces written whole
    std::size_t offset = 0;  // into pieces[done]
    while (done < pieces.size()) {
      std::array<iovec, 64> vectors;
      std::size_t count = 0;
      for (std::size_t i = done; i < pieces.size() && count < vectors.size(); ++i) {
        const std::size_t skip = i == done ? offset : 0;
        // writev does not write through iov_base; the cast is the price of its C signature.
        vectors[count++] = {const_cast<std::byte*>(pieces[i].data()) + skip,
                            pieces[i].size() - skip};  // NOLINT
      }
      const ssize_t written = ::writev(fd_, vectors.data(), static_cast<int>(count));
      if (written < 0) {
        if (errno == EINTR) continue;
        return errno_fault("cannot write " + path_, errno);
      }
      std::size_t left = static_cast<std::size_t>(written);
      while (done < pieces.size() && left >= pieces[done].size() - offset) {
        left -= pieces[done].size() - offset;
        offset = 0;
        ++done;
      }
      offset += left;
    }
    return {};
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    std::size_t total = 0;
    while (total < out.size()) {
      const ssize_t got =
          ::pread(fd_, out.data() + total, out.size() - total, static_cast<off_t>(offset + total));
      if (got < 0) {
        if (errno == EINTR) continue;
        return errno_fault("cannot read " + path_, errno);
      }
      if (got == 0) break;
      total += static_cast<std::size_t>(got);
    }
    return total;
  }

  Status sync() override {
    if (::fdatasync(fd_) == 0) return {};
    return errno_fault("cannot sync " + path_, errno);
  }

  Status truncate(std::uint64_t size) override {
    if (::ftruncate(fd_, static_cast<off_t>(size)) == 0) return {};
    return errno_fault("cannot truncate " + path_, errno);
  }

  bool claim() override { return ::flock(fd_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

  Result<std::uint64_t> size() const override {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) return errno_fault("cannot stat " + path_, errno);
    return static_cast<std::uint64_t>(info.st_size);
  }

 private:
  int fd_;
  std::string path_;
};

class RealFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    int flags = O_CLOEXEC;
    switch (mode) {
      case OpenMode::read:
        flags |= O_RDONLY;
        break;
      case OpenMode::append:
        flags |= O_RDWR | O_APPEND;
        break;
      case OpenMode::create_new:
        flags |= O_RDWR | O_APPEND | O_CREAT | O_EXCL;
        break;
      case OpenMode::append_or_create:
        flags |= O_RDWR | O_APPEND | O_CREAT;
        break;
    }
    const int fd = ::open(path.c_str(), flags, 0644);
    if (fd < 0) return errno_fault("cannot open " + path, errno);
    return std::unique_ptr<File>(std::make_unique<RealFile>(fd, path));
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    return errno_fault("cannot rename " + from + " to " + to, errno);
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return {};
    return errno_fault("cannot remove " + path, errno);
  }

  Status make_directories(const std::string& path) override {
    for (std::size_t at = 1; at <= path.size(); ++at) {
      if (at != path.size() && path[at] != '/') continue;
      const std::string part = path.substr(0, at);
      if (::mkdir(part.c_str(), 0755) != 0 && errno != EEXIST) {
        return errno_fault("cannot make the folder " + part, errno);
      }
    }
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return errno_fault("cannot make the folder " + path, errno);
    if (!S_ISDIR(info.st_mode)) return errno_fault("cannot make the folder " + path, ENOTDIR);
    return {};
  }

  Status sync_directory(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno_fault("cannot open the folder " + path, errno);
    const int result = ::fsync(fd);
    const int error = errno;
    ::close(fd);
    if (result == 0) return {};
    return errno_fault("cannot sync the folder " + path, error);
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    DIR* handle = ::opendir(directory.c_str());
    if (handle == nullptr) return errno_fault("cannot list " + directory, errno);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(handle)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
    }
    ::closedir(handle);
    std::sort(names.begin(), names.end());
    return names;
  }

  bool exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  Result<FileType> type(const std::string& path) override {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return errno_fault("cannot open " + path, errno);
    if (S_ISREG(info.st_mode)) return FileType::regular;
    return S_ISDIR(info.st_mode) ? FileType::folder : FileType::other;
  }

  std::string canonical(const std::string& path) override {
    std::error_code error;
    const auto absolute = std::filesystem::absolute(path, error);  // weakly_canonical alone may stay relative
    if (error) return path;
    const auto resolved = std::filesystem::weakly_canonical(absolute, error);
    return error ? path : resolved.string();
  }

  Result<DiskSpace> space(const std::string& path) override {
    struct statvfs info {};
    if (::statvfs(path.c_str(), &info) != 0) return errno_fault("cannot ask for the space of " + path, errno);
    return DiskSpace{static_cast<std::uint64_t>(info.f_blocks) * info.f_frsize,
                     static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize};
  }
};

}  // namespace

FileSystem& real_file_system() {
  static RealFileSystem files;
  return files;
}

Result<std::uint32_t> file_permissions(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return errno_fault("cannot look at " + path, errno);
  return std::uint32_t{status.st_mode & 07777U};
}

Result<FileStamp> file_stamp(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return errno_fault("cannot look at " + path, errno);
  return FileStamp{static_cast<std::uint64_t>(status.st_size),
                   std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
                   std::uint64_t{status.st_ino}};
}

Result<std::string> read_file(FileSystem& files, const std::string& path, std::uint64_t most_bytes) {
  const Result<FileType> type = files.type(path);
  if (!type) return type.fault();
  if (*type != FileType::regular) return Fault{FaultKind::rejected, path + " is no regular file"};
  auto file = files.open(path, OpenMode::read);
  if (!file) return file.fault();
  const Fault too_large{FaultKind::rejected, path + " is larger than " + format_bytes(most_bytes)};
  // Asked before, as nobody waits for gigabytes; and counted, as it may grow, and /proc says 0.
  const auto size = (*file)->size();
  if (size && *size > most_bytes) return too_large;
  std::string content;
  std::array<std::byte, 65536> block;
  for (;;) {
    const auto got = (*file)->read_at(content.size(), block);
    if (!got) return got.fault();
    if (*got == 0) return content;
    if (content.size() + *got > most_bytes) return too_large;
    content.append(reinterpret_cast<const char*>(block.data()), *got);
  }
}

namespace {

Status write_whole(FileSystem& files, const std::string& path, std::string_view content) {
  auto file = files.open(path, OpenMode::create_new);
  if (!file) return file.status();
  const std::span<const std::byte> piece = std::as_bytes(std::span(content));
  if (auto written = (*file)->append(std::span(&piece, 1)); !written) return written;
  return (*file)->sync();
}

}  // namespace

Status write_file_atomically(FileSystem& files, const std::string& path, std::string_view content) {
  const std::string temporary = path + ".tmp";
  if (files.exists(temporary)) {
    if (auto removed = files.remove(temporary); !removed) return removed;
  }
  if (auto written = write_whole(files, temporary, content); !written) {
    files.remove(temporary).ignore();  // on a full disk its block is worth something
    return written;
  }
  if (auto renamed = files.rename(temporary, path); !renamed) return renamed;
  return files.sync_directory(parent_path(path));
}

std::string join_path(std::string_view directory, std::string_view name) {
  if (!name.empty() && name.front() == '/') return std::string(name);
  if (directory.empty()) return std::string(name);
  std::string path(directory);
  if (path.back() != '/') path += '/';
  return path += name;
}

std::string parent_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

std::string nearest_existing(FileSystem& files, std::string path) {
  while (!files.exists(path)) {
    std::string above = parent_path(path);
    if (above == path) break;
    path = std::move(above);
  }
  return path;
}

}  // namespace cantrail
