#include "sources/can_interface/bus.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace cantrail::socketcan {
namespace {

constexpr Duration kRowEvery = std::chrono::seconds(1);
constexpr Duration kRowPause = std::chrono::milliseconds(50);  // a state that flutters makes no flood of rows
constexpr Duration kSilence = std::chrono::seconds(5);

enum Field : std::size_t { kState, kRxErrors, kTxErrors, kLoad, kFrames, kDrops, kFields };

FieldSchema field(std::string name, FieldType type, std::string unit, std::string comment) {
  FieldSchema field;
  field.name = std::move(name);
  field.type = type;
  field.unit = std::move(unit);
  field.comment = std::move(comment);
  field.optional = true;
  return field;
}

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

void set(StreamBlock& block, Field field, std::optional<std::uint64_t> value) {
  block.u64(field)[0] = value.value_or(0);
  if (!value) (void)block.make_validity(field, false);
}

void set(StreamBlock& block, Field field, std::optional<double> value) {
  block.f64(field)[0] = value.value_or(0);
  if (!value) (void)block.make_validity(field, false);
}

}  // namespace

std::shared_ptr<const RowSchema> bus_row_schema() {
  auto row = std::make_shared<RowSchema>();
  row->name = "Bus";
  row->comment = "State and load of the bus, from the kernel, once a second and at each change";
  row->cycle_ms = 1000;
  row->fields.resize(kFields);
  FieldSchema& state = row->fields[kState] = field("state", FieldType::u64, "", "of the controller");
  for (std::uint64_t word = 0; word <= static_cast<std::uint64_t>(CanState::sleeping); ++word) {
    state.labels.push_back({word, std::string(to_string(static_cast<CanState>(word)))});
  }
  row->fields[kRxErrors] = field("rx_errors", FieldType::u64, "", "the controller's receive error counter");
  row->fields[kTxErrors] = field("tx_errors", FieldType::u64, "", "the controller's transmit error counter");
  row->fields[kLoad] = field("load_percent", FieldType::f64, "%", "of the bit rate, over the last second");
  row->fields[kLoad].minimum = 0;
  row->fields[kLoad].maximum = 100;
  row->fields[kFrames] = field("frames_per_s", FieldType::f64, "1/s", "over the last second");
  row->fields[kDrops] =
      field("driver_drops", FieldType::u64, "", "frames that controller and driver dropped while open");
  return row;
}

void Bus::add_index(int index) {
  constexpr std::size_t kRemembered = 16;
  if (had_index(index)) return;
  if (indexes_.size() == kRemembered) indexes_.erase(indexes_.begin());
  indexes_.push_back(index);
}

void Bus::begin(int index, const std::optional<WatchedLink>& link, ClockPair now) {
  add_index(index);
  state_.reset();
  rx_errors_.reset();
  tx_errors_.reset();
  bus_off_since_.reset();
  bus_off_until_.reset();
  down_since_.reset();
  looked_at_.reset();
  changed_at_.reset();
  hardware_time_ = row_due_ = heard_ = false;
  last_frame_ = second_began_ = last_row_ = now.mono;
  load_.restart();
  frames_per_s_.reset();
  load_percent_.reset();
  link_ = {};
  if (!link || link->info.index != index) return;
  link_ = link->info;
  looked_at_ = link->looked_at;
  outages_ = link->outages;
  hardware_time_ = link_.hardware_time;
  frames_at_last_ = link_.rx_frames;
  state_ = link_.state;
  if (state_ == CanState::bus_off) bus_off_since_ = now.wall;
  rx_errors_ = link_.rx_errors;
  tx_errors_ = link_.tx_errors;
  if (!driver_drops_) driver_drops_ = 0;
}

void Bus::note_error_frame(const FrameView& frame) {
  const ControllerNews news = read_error_frame(frame);
  if (news.rx_errors) rx_errors_ = news.rx_errors;
  if (news.tx_errors) tx_errors_ = news.tx_errors;
  if (!news.state) return;
  enter(*news.state, frame.time);
}

void Bus::enter(CanState state, WallTime when) {
  if (state_ == state) return;
  changed_at_ = when;
  state_ = state;
  if (state == CanState::bus_off) {
    if (!bus_off_since_) bus_off_since_ = when;
    bus_off_until_.reset();
  } else if (bus_off_since_) {
    bus_off_until_ = when;
  }
}

void Bus::look(const WatchedLink& link, FrameBuilder& builder, bool tells_absence) {
  if (tells_absence) {
    if (link.outages > outages_ && !down_since_) down_since_ = link.down_at;
    outages_ = link.outages;
    if (down_since_ && link.info.up) {
      const WallTime from = *std::exchange(down_since_, std::nullopt);
      builder.add_gap({from, std::max(from, link.up_at), GapReason::source_down, identity_.alias, {}, 0});
    }
  }
  if (!link.present) {
    link_.up = false;
    return;
  }
  const bool same = looked_at_ && link.info.index == link_.index;
  if (link.looked_at == looked_at_ && same) return;
  const std::uint64_t before = same ? link_.driver_drops : 0;
  if (link.info.driver_drops > before) {
    const std::uint64_t lost = link.info.driver_drops - before;
    const WallTime from = same ? *looked_at_ : std::min(link.made_at, link.looked_at);
    builder.add_gap({from, link.looked_at, GapReason::driver_drop, identity_.alias, lost, 0});
    driver_drops_ = driver_drops_.value_or(0) + lost;
  } else if (!driver_drops_) {
    driver_drops_ = 0;
  }
  if (!same) frames_at_last_ = 0;
  add_index(link.info.index);
  link_ = link.info;
  looked_at_ = link.looked_at;
  hardware_time_ = link_.hardware_time;
  if (link_.rx_errors) rx_errors_ = link_.rx_errors;
  if (link_.tx_errors) tx_errors_ = link_.tx_errors;
  if (link_.state) enter(*link_.state, link.looked_at);
}

void Bus::close_second(MonoTime now) {
  const double took = seconds(now - second_began_);
  const auto bitrate = link_.bitrate ? link_.bitrate : identity_.bitrate;
  const auto data_bitrate = link_.data_bitrate ? link_.data_bitrate : identity_.data_bitrate;
  frames_per_s_ = load_.frames_per_s(took);
  load_percent_ = link_.is_virtual() ? std::nullopt : load_.percent(took, bitrate, data_bitrate);
  load_.restart();
  second_began_ = now;
}

bool Bus::serve(FrameBuilder& builder, ClockPair now) {
  if (std::exchange(heard_, false)) {
    last_frame_ = now.mono;
    frames_at_last_ = link_.rx_frames;
  }
  if (bus_off_until_) end(builder, *bus_off_until_);
  const bool second = now.mono - second_began_ >= kRowEvery;
  if (second) close_second(now.mono);
  if (looked_at_ && !link_.up) {
    changed_at_.reset();
    row_due_ = false;
    return false;
  }
  row_due_ = row_due_ || second || (changed_at_ && now.mono - last_row_ >= kRowPause);
  if (!identity_.stream || !row_due_) return false;
  if (!builder.add_rows(row(changed_at_.value_or(now.wall)))) return false;
  row_due_ = false;
  changed_at_.reset();
  last_row_ = now.mono;
  return true;
}

void Bus::end(FrameBuilder& builder, WallTime now) {
  const auto since = std::exchange(bus_off_since_, std::nullopt);
  bus_off_until_.reset();
  if (!since) return;
  builder.add_gap({*since, std::max(*since, now), GapReason::bus_off, identity_.alias, {}, 0});
}

StreamBlock Bus::row(WallTime now) const {
  StreamBlock block;
  block.reset(*identity_.stream, kFields, 1, false);
  block.time_ns()[0] = now.ns;
  set(block, kState, state_ ? std::optional(static_cast<std::uint64_t>(*state_)) : std::nullopt);
  set(block, kRxErrors, rx_errors_ ? std::optional<std::uint64_t>(*rx_errors_) : std::nullopt);
  set(block, kTxErrors, tx_errors_ ? std::optional<std::uint64_t>(*tx_errors_) : std::nullopt);
  set(block, kLoad, load_percent_);
  set(block, kFrames, frames_per_s_);
  set(block, kDrops, driver_drops_);
  return block;
}

std::string Bus::rate_text() const {
  const auto rate = link_.bitrate ? link_.bitrate : identity_.bitrate;
  return rate ? " (" + format_count(*rate) + " bit/s now)" : "";
}

std::string Bus::explain(bool leaves_out) const {
  if (leaves_out && link_.rx_frames > frames_at_last_) {
    return "the interface received " + format_count(link_.rx_frames - frames_at_last_) +
           " meanwhile: this source is told to leave them out (filters, fd, own)";
  }
  if (link_.is_virtual()) return "a virtual bus has only what programs of this machine send";
  const std::string counters = rx_errors_ && tx_errors_
                                   ? " (" + std::to_string(*rx_errors_) + " receive, " +
                                         std::to_string(*tx_errors_) + " transmit errors)"
                                   : "";
  if (state_ == CanState::error_passive || state_ == CanState::error_warning) {
    return std::string(to_string(*state_)) + counters + ": check bit rate" + rate_text() +
           ", termination and wiring";
  }
  if (state_ == CanState::error_active) {
    return "its controller sees no errors" + counters +
           ": is anything on the bus powered and sending, and are CAN_H and CAN_L connected?";
  }
  return "check that something sends, the bit rate" + rate_text() + ", termination and wiring";
}

std::string Bus::hint(MonoTime now, bool leaves_out) const {
  if (looked_at_ && !link_.up) return identity_.interface + " is down";
  if (state_ == CanState::bus_off) {
    return identity_.interface +
           " is bus-off: its controller gave up after too many errors; check wiring, bit rate" + rate_text() +
           " and termination, then `ip link set " + identity_.interface +
           " type can restart` (restart_ms has it done by itself)";
  }
  const Duration silent = heard_ ? Duration::zero() : now - last_frame_;
  if (silent < kSilence) return "";
  return identity_.interface + " is up, no frames for " +
         std::to_string(std::chrono::duration_cast<std::chrono::seconds>(silent).count()) + " s; " +
         explain(leaves_out);
}

}  // namespace cantrail::socketcan
