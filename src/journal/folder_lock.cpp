#include "journal/folder_lock.hpp"

#include <cerrno>
#include <charconv>
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

// As take() has written it.
std::optional<pid_t> process_in(int fd) {
  char text[24];
  const ssize_t got = ::pread(fd, text, sizeof text, 0);
  pid_t pid = 0;
  if (got <= 0 || std::from_chars(text, text + got, pid).ec != std::errc() || pid <= 0) return std::nullopt;
  return pid;
}

// What flock() says where another process has it.
Fault held(const std::string& folder, int fd, int error) {
  if (error != EWOULDBLOCK) return errno_fault("cannot lock the journal folder " + folder, error);
  const auto pid = process_in(fd);
  const std::string who = pid ? " (process " + std::to_string(*pid) + ")" : "";
  return {FaultKind::config, "the journal folder " + folder + " is in use by another running node" + who +
                                 "; stop that one or give this one its own [journal] folder"};
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

std::optional<pid_t> FolderLock::holder(const std::string& folder) {
  FolderLock lock;
  lock.fd_ = ::open(join_path(folder, "lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (lock.fd_ < 0 || ::flock(lock.fd_, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return std::nullopt;
  return process_in(lock.fd_);
}

}  // namespace cantrail::journal
