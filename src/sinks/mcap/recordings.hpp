// What a folder of recordings holds: the finished files, and for each journal the cursor behind the last of
// them. Kept in the file `recordings.index`, so that files can be moved away without being recorded again;
// where it is gone, it is made again from the files. README.md has its format.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/status.hpp"
#include "component/context.hpp"
#include "component/keep.hpp"
#include "component/recording_list.hpp"
#include "component/retention_clock.hpp"
#include "model/position.hpp"
#include "sinks/mcap/trigger.hpp"

namespace cantrail::mcap_sink {

inline constexpr std::string_view kIndexName = "recordings.index";

struct Recording {
  std::string name;  // in the folder
  std::uint64_t bytes = 0;
  std::int64_t from_ns = 0, to_ns = 0;  // log times
  std::int64_t finished_ns = 0;         // wall time
  std::uint64_t messages = 0;
  Digest digest;
  bool operator==(const Recording&) const = default;
};

// Thread-safe: the lane's thread writes, and the one that finishes what a crash has left.
class Recordings final : public RecordingList {
 public:
  explicit Recordings(std::string folder, CallTriggers triggers = {})
      : folder_(std::move(folder)), triggers_(std::move(triggers)) {}

  // Reads the index, or makes it from the files. Files that are gone are forgotten, those that others put
  // here are left alone.
  // `age`: the limit that hold_to() will be given.
  Status load(const SinkContext& context, std::optional<Duration> age = {});

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::optional<Position> cursor(const JournalId& journal) const;
  // Never back. Durable with the next add() or save().
  void move_cursor(const Position& cursor);
  // Durable when it returns ok. Of the same name: takes its place.
  Status add(Recording recording, const std::optional<Position>& cursor);
  Status save() const;

  // Of a triggered recording: from where the journal is to be looked at again. Durable with the next add() or
  // save(); calls from before it are over then. Without triggers it is a cursor like any other:
  // end_looking().
  [[nodiscard]] std::optional<Position> looks_from(const JournalId& journal) const;
  void look_from(const Position& position);
  void end_looking(const JournalId& journal);
  struct Call {
    std::uint64_t number = 0;  // ascending, within this run
    TriggerCall call;
  };
  [[nodiscard]] std::vector<Call> calls() const;  // in their order
  // Whether trigger() may write the list now: while no sink is open, another one may own the folder.
  void take_calls(bool taken);

  // Removes the oldest recordings until `keep` is held to, `open_bytes` of the one being written counted.
  // Age is that since a file was finished, by a RetentionClock: a clock that is wrong removes nothing.
  Status hold_to(const Keep& keep, std::uint64_t open_bytes);

  // A path in the folder, without .mcap, that no file has: `name`, else "name_0002" and so on.
  [[nodiscard]] std::string free_path(const std::string& name) const;
  [[nodiscard]] std::vector<Recording> all() const;
  [[nodiscard]] std::vector<RecordedFile> recordings() const override;
  [[nodiscard]] CallTriggers triggers() const override { return triggers_; }
  // Faults: unavailable (the folder, or its sink is not open), exhausted (too many that are not over).
  Status trigger(const TriggerCall& call) override;

 private:
  [[nodiscard]] std::string path_of(std::string_view name) const { return join_path(folder_, name); }
  void catch_up();
  void clear();
  Status read_index(bool& there);
  Status rebuild();
  void forget_missing();
  Status save_locked() const;
  void move_locked(const Position& cursor);

  std::string folder_;
  const CallTriggers triggers_;
  mutable std::mutex mutex_;
  FileSystem* files_ = nullptr;  // set by load()
  std::optional<RetentionClock> retention_;
  std::map<JournalId, Position> cursors_, looks_from_;
  std::vector<Call> calls_;
  std::uint64_t last_call_ = 0;
  bool takes_calls_ = false;
  std::vector<Recording> recordings_;  // by finishing
  std::uint64_t bytes_ = 0;            // of all
};

}  // namespace cantrail::mcap_sink
