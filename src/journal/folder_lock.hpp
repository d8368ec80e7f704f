// FOLDER/lock, held with flock while a node uses the folder. The kernel lets go of it when the process ends,
// however it ends.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

#include "base/status.hpp"

namespace cantrail::journal {

class FolderLock {
 public:
  FolderLock() = default;
  FolderLock(FolderLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FolderLock& operator=(FolderLock&& other) noexcept;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

  // Faults: config (another process holds it, or the folder cannot be written), exhausted, unavailable.
  static Result<FolderLock> take(const std::string& folder);

  // The fault with which take() would end now; the folder is there, and stays as it is.
  static Status would_take(const std::string& folder);

  // The process that has it; nullopt: none, or nobody knows which.
  static std::optional<pid_t> holder(const std::string& folder);

 private:
  int fd_ = -1;
};

}  // namespace cantrail::journal
