#include "journal/folder_lock.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.hpp"

namespace cantrail::journal {
namespace {

Fault cannot_write(const std::string& folder, int error) {
  Fault fault = errno_fault("the journal folder " + folder + " cannot be written", error);
  if (error == EACCES || error == EPERM || error == EROFS || error == ENOTDIR || error == ENOENT) {
    fault.kind = FaultKind::config;
    fault.message += "; set [journal] folder to one that this user may write to";
  }
  return fault;
}

std::string holder(int fd) {
  char text[24];
  const ssize_t got = ::pread(fd, text, sizeof text, 0);
  std::string pid;
  for (ssize_t i = 0; i < got && text[i] >= '0' && text[i] <= '9'; ++i) pid += text[i];
  return pid.empty() ? "" : " (process " + pid + ")";
}

// What flock() says where another process has it.
Fault held(const std::string& folder, int fd, int error) {
  if (error != EWOULDBLOCK) return errno_fault("cannot lock the journal folder " + folder, error);
  return {FaultKind::config, "the journal folder " + folder + " is in use by another running node" +
                                 holder(fd) + "; stop that one or give this one its own [journal] folder"};
}

}  // namespace

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<FolderLock> FolderLock::take(const std::string& folder) {
  if (::access(folder.c_str(), W_OK | X_OK) != 0) return cannot_write(folder, errno);
  FolderLock lock;
  lock.fd_ = ::open(join_path(folder, "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock.fd_ < 0) return cannot_write(folder, errno);
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) return held(folder, lock.fd_, errno);
  // Only for the message above; a full disk must not keep a node from starting.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.fd_, 0) == 0 && ::pwrite(lock.fd_, pid.data(), pid.size(), 0) < 0) return lock;
  return lock;
}

// A shared lock of a moment: the kernel has no way to ask.
Status FolderLock::would_take(const std::string& folder) {
  if (::access(folder.c_str(), W_OK | X_OK) != 0) return cannot_write(folder, errno);
  FolderLock lock;
  lock.fd_ = ::open(join_path(folder, "lock").c_str(), O_RDWR | O_CLOEXEC);
  if (lock.fd_ < 0) return errno == ENOENT ? Status{} : Status(cannot_write(folder, errno));
  if (::flock(lock.fd_, LOCK_SH | LOCK_NB) != 0) return held(folder, lock.fd_, errno);
  return {};
}

}  // namespace cantrail::journal
