// A file of lines that never takes more than its share of the disk: the older half of the lines is in FILE.1,
// and goes when the newer half is full.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.hpp"

namespace cantrail::cli {

// Not thread-safe. The file system outlives it.
class BoundedFile {
 public:
  // `most_bytes`: of both files together.
  BoundedFile(FileSystem& files, std::string path, std::uint64_t most_bytes)
      : files_(files), path_(std::move(path)), half_(most_bytes / 2) {}

  // Puts one line with its line break at the end, or fails; the next call opens the file again. Folders on
  // the way are made. Where FILE cannot be renamed to FILE.1 (the folder is someone else's) it begins anew.
  // Precondition: the line is not longer than half of the whole.
  Status append(std::string_view line);

 private:
  Status open();
  Status make_room(std::uint64_t bytes);
  Status write(std::string_view text);

  FileSystem& files_;
  std::string path_;
  std::uint64_t half_;
  std::unique_ptr<File> file_;
  std::string place_;  // of the open file; where `path` is a link, of what it leads to
};

}  // namespace cantrail::cli
