// Where each durable lane began when it was first seen, kept beside the journal. A store that has no cursor
// yet when the node dies (nothing was committed, or it was away) owes everything since then, not since the
// restart.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/file.hpp"
#include "model/position.hpp"

namespace cantrail {

// Thread-safe.
class LaneStarts {
 public:
  LaneStarts(std::string path, FileSystem& files) : path_(std::move(path)), files_(files) {}

  struct Start {
    Position position;
    bool is_new = false;
  };
  // The remembered start of this lane in this journal; if there is none, `otherwise`, which is remembered
  // durably. What was remembered for another journal is replaced.
  Result<Start> start_of(const std::string& lane, const Position& otherwise);

 private:
  Status load();
  [[nodiscard]] Status save() const;

  std::string path_;
  FileSystem& files_;
  std::mutex mutex_;
  bool loaded_ = false;
  std::map<std::string, Position> starts_;
};

}  // namespace cantrail
