// A folder for what a benchmark writes.
#pragma once

#include <filesystem>
#include <string>

namespace cantrail::bench {

// Absent at the start, whatever an earlier run has left; gone at the end.
class ScratchFolder {
 public:
  ScratchFolder(const std::string& parent, const std::string& name)
      : path_(parent + "/cantrail-bench-" + name) {
    std::filesystem::remove_all(path_);
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace cantrail::bench
