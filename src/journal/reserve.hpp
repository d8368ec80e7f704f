// A little room on the journal's disk that is kept for the time when there is none: FOLDER/reserve, a file
// that is removed so that the last words of a run (the gap it owes, the mark of the orderly stop) or the
// first of the next (its epoch) can be written on a full disk.
#pragma once

#include <cstdint>
#include <string>

#include "base/file.hpp"

namespace cantrail::journal {

inline constexpr std::uint64_t kReserveBytes = 64U << 10U;
inline constexpr std::uint64_t kLeastReserveBytes = 8U << 10U;
inline constexpr std::uint64_t kReserveStepBytes = 4U << 10U;

// The writer's thread. Not promised where others fill the disk at that very moment.
class Reserve {
 public:
  Reserve(FileSystem& files, const std::string& folder)
      : files_(files), path_(join_path(folder, "reserve")) {}

  // Makes it where it is not there or too small, as large as there is room for. Tried again at the next call.
  void keep();
  // True: it was there, and its room is free now.
  [[nodiscard]] bool give_up();

 private:
  FileSystem& files_;
  std::string path_;
  bool kept_ = false;
};

}  // namespace cantrail::journal
