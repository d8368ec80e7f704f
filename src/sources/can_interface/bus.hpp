// One bus as the source sees it: its channel, what is known of its interface and controller, and what it has
// to tell about them: rows of the stream "Bus", gaps, and a hint where no data comes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "component/frame_builder.hpp"
#include "sources/can_interface/bus_load.hpp"
#include "sources/can_interface/bus_state.hpp"
#include "sources/can_interface/link_watch.hpp"

namespace cantrail::socketcan {

// The schema of the stream "Bus": state, rx_errors, tx_errors, load_percent, frames_per_s, driver_drops.
[[nodiscard]] std::shared_ptr<const RowSchema> bus_row_schema();

// The source's thread.
class Bus {
 public:
  struct Identity {
    std::string interface, alias;
    ChannelId channel = 0;
    std::optional<StreamId> stream;        // nullopt: no rows are wanted
    std::optional<std::uint32_t> bitrate;  // configured: counts where the kernel tells none
    std::optional<std::uint32_t> data_bitrate;
  };
  explicit Bus(Identity identity) : identity_(std::move(identity)) {}

  [[nodiscard]] const Identity& identity() const { return identity_; }
  // Whether the interface has, or had, this index: frames of one that was made again may still wait.
  [[nodiscard]] bool had_index(int index) const {
    return std::find(indexes_.begin(), indexes_.end(), index) != indexes_.end();
  }
  // Its first frame came before the news that it was made again.
  void add_index(int index);
  [[nodiscard]] bool hardware_time() const { return hardware_time_; }

  // The source is open: what happens is counted from here on. Frames dropped since and until now belong to
  // others.
  void begin(int index, const std::optional<WatchedLink>& link, ClockPair now);

  // Each frame that the interface delivered, recorded or not. No allocation.
  void count(const FrameView& frame) {
    if ((frame.id & kIdError) != 0) return note_error_frame(frame);
    load_.add(frame);
    heard_ = true;
  }

  // What the kernel says of the interface now. Adds what is missing: driver_drop (what was dropped since the
  // last look), and with `tells_absence` source_down, once an absence is over.
  void look(const WatchedLink& link, FrameBuilder& builder, bool tells_absence);

  // Once a second, and at once when the state has changed: a row, of the time `now` or that of the change.
  // Also bus_off, once that is over. True: a row was added.
  bool serve(FrameBuilder& builder, ClockPair now);

  // The source is about to close: a bus-off that lasts is told up to now.
  void end(FrameBuilder& builder, WallTime now);

  // Why no data comes: empty while some does.
  [[nodiscard]] std::string hint(MonoTime now, bool leaves_out) const;

 private:
  void note_error_frame(const FrameView& frame);
  void enter(CanState state, WallTime when);
  void close_second(MonoTime now);
  [[nodiscard]] StreamBlock row(WallTime now) const;
  [[nodiscard]] std::string explain(bool leaves_out) const;
  [[nodiscard]] std::string rate_text() const;

  Identity identity_;
  std::vector<int> indexes_;  // the newest last
  LinkInfo link_;
  std::optional<WallTime> looked_at_;
  bool hardware_time_ = false;

  std::optional<CanState> state_;
  std::optional<WallTime> changed_at_;  // the state, and no row has said so
  bool row_due_ = false;
  std::optional<std::uint16_t> rx_errors_, tx_errors_;
  std::optional<WallTime> bus_off_since_, bus_off_until_;  // not told yet

  std::optional<std::uint64_t> driver_drops_;  // since the node runs
  std::uint64_t outages_ = 0;                  // told
  std::optional<WallTime> down_since_;

  BusLoad load_;
  bool heard_ = false;
  std::uint64_t frames_at_last_ = 0;  // of the kernel's counter, when a frame came last
  MonoTime last_frame_, second_began_, last_row_;
  std::optional<double> frames_per_s_, load_percent_;  // of the last whole second
};

}  // namespace cantrail::socketcan
