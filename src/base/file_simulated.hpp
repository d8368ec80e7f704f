// A file system in memory for tests, with a disk below it that has what was synced and, of the rest, whatever
// it pleases. crash() is a power cut: of what was not synced each file keeps a part, torn where it ends and
// with sectors missing within, and each folder some of its changes of names.
//
// Files are appended to and truncated; that is all the seam can do. Not modelled: folders within folders (a
// path is a name), rights, and how much space there is.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/file.hpp"

namespace cantrail {

// Thread-safe. Files that are open across a crash() are of no use behind it: they are to be closed before.
class SimulatedFileSystem final : public FileSystem {
 public:
  explicit SimulatedFileSystem(std::uint64_t seed) : random_(seed) {}

  void crash();
  // The kernel writes something back by itself: a file, or some names.
  void write_back();
  // The next File::sync() fails, and what it should have written never reaches the disk, even if a later sync
  // says so: the kernel has dropped the pages.
  void fail_next_sync() { fail_sync_ = true; }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status make_directories(const std::string& path) override;  // durable at once
  Status sync_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  bool exists(const std::string& path) override;
  Result<FileType> type(const std::string& path) override;
  std::string canonical(const std::string& path) override { return path; }
  Result<DiskSpace> space(const std::string&) override { return DiskSpace{1ULL << 40U, 1ULL << 40U}; }

 private:
  friend class SimulatedFile;

  // What happened to a file since the disk had it as it is.
  struct Change {
    std::uint64_t at = 0;  // an append of `bytes` there, or a truncation to it
    std::string bytes;
    bool truncates = false;
    bool dropped = false;  // by a failed sync: the disk will never have it
  };
  struct Inode {
    std::string content;  // as processes see it
    std::string on_disk;
    std::vector<Change> changes;
  };
  using InodePtr = std::shared_ptr<Inode>;
  using Names = std::map<std::string, InodePtr>;
  struct NameChange {
    std::string removed;  // empty: none
    std::string added;
    InodePtr inode;
  };

  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : random_() % limit; }
  static void apply(std::string& content, const Change& change, std::size_t bytes);
  static void apply(Names& names, const NameChange& change);
  void change_names(NameChange change);
  void lose_a_part(Inode& inode);

  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  std::set<std::string> folders_;
  Names names_, names_on_disk_;
  std::vector<NameChange> name_changes_;
  bool fail_sync_ = false;
};

}  // namespace cantrail
