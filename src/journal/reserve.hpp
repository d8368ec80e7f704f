// A little room on the journal's disk that is kept for the time when there is none: files that are removed so
// that on a full disk the last words of a run can be written (FOLDER/reserve: the gap it owes, the mark of
// the orderly stop), and the first of the next (FOLDER/reserve.start: its epoch). Two, because what the end
// of a run gives up may be taken by its own stores before the next one starts.
#pragma once

#include <cstdint>
#include <string>

#include "base/file.hpp"

namespace cantrail::journal {

inline constexpr std::uint64_t kReserveBytes = 64U << 10U;
inline constexpr std::uint64_t kStartReserveBytes = 16U << 10U;
inline constexpr std::uint64_t kReserveStepBytes = 4U << 10U;

// The writer's thread. Not promised where others fill the disk at that very moment.
class Reserve {
 public:
  Reserve(FileSystem& files, std::string path, std::uint64_t bytes)
      : files_(files), path_(std::move(path)), bytes_(bytes) {}

  // Makes it where it is not there or too small, as large as there is room for, down to an eighth. Tried
  // again at the next call.
  void keep();
  // True: it was there, and its room is free now.
  [[nodiscard]] bool give_up();

 private:
  FileSystem& files_;
  std::string path_;
  std::uint64_t bytes_;
  bool kept_ = false;
};

}  // namespace cantrail::journal
