// The latest row of every stream: what /api/state/current shows and /api/live sends. A live sink fills it
// from its lane's thread; the server reads it from its own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "component/history.hpp"
#include "component/sink.hpp"
#include "server/component_state.hpp"
#include "server/frame_state.hpp"
#include "server/latest_row.hpp"
#include "server/latest_row_maker.hpp"

namespace cantrail::server {

// The newest row of a stream in a group of batches.
struct NewestRow {
  StreamId stream = 0;
  const Batch* batch = nullptr;
  const StreamBlock* block = nullptr;    // its last row
  std::uint64_t rows = 0;                // of the stream in the group
  std::span<EarlierValue> earlier = {};  // of all its rows in the group, by LatestRowMaker::remembered()
};

// Thread-safe. Memory: one row per stream, and what FrameState and ComponentState keep. A row's text is made
// when it is read: rows come far more often than anybody looks.
class LiveState {
 public:
  explicit LiveState(std::vector<ComponentRule> rules = {}) : components_(std::move(rules)) {}

  // Rows newer than `version`, oldest change first, at most `limit` of those that are `wanted` (asked with
  // rows that have no values yet; empty: all); and the version reached.
  struct Changes {
    std::vector<LatestRow> rows;
    std::uint64_t version = 0;
  };
  using Wanted = std::function<bool(const LatestRow&)>;
  [[nodiscard]] Changes since(std::uint64_t version, std::size_t limit, const Wanted& wanted = {}) const;
  [[nodiscard]] std::vector<LatestRow> all() const;  // by channel, then message

  // The streams that take() speaks of, by StreamId.
  void set_streams(std::vector<std::shared_ptr<const LatestRowMaker>> streams);
  // One lock for all; allocates only for streams met for the first time.
  void take(std::span<const NewestRow> rows);
  void update(const std::string& key, LatestRow row);
  // What was known when the node stopped: marked stale, never over a row that has come since.
  void restore(const std::vector<HistoryRow>& rows);

  [[nodiscard]] FrameState& frames() { return frames_; }
  [[nodiscard]] const FrameState& frames() const { return frames_; }
  [[nodiscard]] ComponentState& components() { return components_; }
  [[nodiscard]] const ComponentState& components() const { return components_; }

 private:
  // A row in one of two forms: as it was given, or held, and then `maker` gives its text.
  struct Entry {
    LatestRow row;
    std::shared_ptr<const LatestRowMaker> maker;
    HeldRow held;
    [[nodiscard]] const LatestRow& still() const { return maker ? maker->still() : row; }
  };
  struct Stream {
    std::shared_ptr<const LatestRowMaker> maker;
    Entry* entry = nullptr;  // nullptr: no row of it has come
  };
  struct Copy;

  mutable std::mutex mutex_;
  std::uint64_t version_ = 0;
  std::map<std::string, Entry> rows_;  // key: "channel:Message", or "Message" without channel; only grows
  std::vector<Stream> streams_;
  FrameState frames_;
  ComponentState components_;
};

// A live sink: newest wins, so of the rows of one stream in a group only the last is kept and the others
// count as superseded.
[[nodiscard]] std::unique_ptr<Sink> make_live_state_sink(std::shared_ptr<LiveState> state);

}  // namespace cantrail::server
