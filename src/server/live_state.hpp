// The latest row of every stream: what /api/state/current shows and /api/live sends. A live sink fills it
// from its lane's thread; the server reads it from its own.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "component/history.hpp"
#include "component/sink.hpp"
#include "server/component_state.hpp"
#include "server/frame_state.hpp"
#include "server/latest_row.hpp"

namespace cantrail::server {

// Thread-safe. Memory: one row per stream, and what FrameState and ComponentState keep.
class LiveState {
 public:
  explicit LiveState(std::vector<ComponentRule> rules = {}) : components_(std::move(rules)) {}

  // Rows newer than `version`, oldest change first, at most `limit`; and the version reached.
  struct Changes {
    std::vector<LatestRow> rows;
    std::uint64_t version = 0;
  };
  [[nodiscard]] Changes since(std::uint64_t version, std::size_t limit) const;
  [[nodiscard]] std::vector<LatestRow> all() const;  // by channel, then message

  void update(const std::string& key, LatestRow row);
  // What was known when the node stopped: marked stale, never over a row that has come since.
  void restore(const std::vector<HistoryRow>& rows);

  [[nodiscard]] FrameState& frames() { return frames_; }
  [[nodiscard]] const FrameState& frames() const { return frames_; }
  [[nodiscard]] ComponentState& components() { return components_; }
  [[nodiscard]] const ComponentState& components() const { return components_; }

 private:
  mutable std::mutex mutex_;
  std::uint64_t version_ = 0;
  std::map<std::string, LatestRow> rows_;  // key: "channel:Message", or "Message" without channel
  FrameState frames_;
  ComponentState components_;
};

// A live sink: newest wins, so of the rows of one stream in a group only the last is kept and the others
// count as superseded.
[[nodiscard]] std::unique_ptr<Sink> make_live_state_sink(std::shared_ptr<LiveState> state);

}  // namespace cantrail::server
