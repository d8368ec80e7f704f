// What the journal's folder remembers of each durable lane, in the file `lanes` beside the segments.
//
// Where it began when it was first seen: a store that has no cursor yet when the node dies (nothing was
// committed, or it was away) owes everything since then, not since the restart.
//
// The last epoch in which its store was open: a store whose cursor lies in a later one was not written from
// this folder, but from the one that this is a copy of, or that it was restored over.
#pragma once

#include <map>
#include <mutex>
#include <optional>
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

  // Lines that nobody wrote so: what is remembered of a lane may be among them.
  Result<bool> is_damaged();

  // nullopt: not known.
  Result<std::optional<std::uint32_t>> last_open(const std::string& lane, const JournalId& journal);
  // The last epoch in which any lane had its store open.
  Result<std::optional<std::uint32_t>> last_open_of_any(const JournalId& journal);
  // Durable when it returns ok.
  Status note_open(const std::string& lane, const JournalId& journal, std::uint32_t epoch);

 private:
  struct Open {
    JournalId journal;
    std::uint32_t epoch = 0;
  };
  Status load();
  [[nodiscard]] Status save() const;

  std::string path_;
  FileSystem& files_;
  std::mutex mutex_;
  bool loaded_ = false;
  bool damaged_ = false;
  std::map<std::string, Position> starts_;
  std::map<std::string, Open> opens_;
};

}  // namespace cantrail
