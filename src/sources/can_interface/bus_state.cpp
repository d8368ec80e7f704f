#include "sources/can_interface/bus_state.hpp"

#include <array>

namespace cantrail::socketcan {
namespace {

constexpr std::size_t kController = 1, kTxCounter = 6, kRxCounter = 7;  // places in an error frame's data

std::optional<CanState> state_of(std::uint32_t classes, std::uint8_t controller) {
  if ((classes & CAN_ERR_BUSOFF) != 0) return CanState::bus_off;
  if ((classes & CAN_ERR_CRTL) != 0) {
    if ((controller & (CAN_ERR_CRTL_RX_PASSIVE | CAN_ERR_CRTL_TX_PASSIVE)) != 0)
      return CanState::error_passive;
    if ((controller & (CAN_ERR_CRTL_RX_WARNING | CAN_ERR_CRTL_TX_WARNING)) != 0)
      return CanState::error_warning;
    if ((controller & CAN_ERR_CRTL_ACTIVE) != 0) return CanState::error_active;
  }
  if ((classes & CAN_ERR_RESTARTED) != 0) return CanState::error_active;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(CanState state) {
  constexpr std::array<std::string_view, 6> kNames{"error-active", "error-warning", "error-passive",
                                                   "bus-off",      "stopped",       "sleeping"};
  const auto index = static_cast<std::size_t>(state);
  return index < kNames.size() ? kNames[index] : "?";
}

ControllerNews read_error_frame(const FrameView& frame) {
  if ((frame.id & kIdError) == 0) return {};
  const bool whole = frame.data.size() >= CAN_ERR_DLC;
  ControllerNews news;
  news.state = state_of(frame.id & CAN_ERR_MASK, whole ? frame.data[kController] : std::uint8_t{0});
  // Drivers older than CAN_ERR_CNT (Linux 6.0) give the counters with a change of state, or leave them 0.
  const bool counted =
      whole &&
      ((frame.id & CAN_ERR_CNT) != 0 ||
       ((frame.id & CAN_ERR_CRTL) != 0 && (frame.data[kTxCounter] != 0 || frame.data[kRxCounter] != 0)));
  if (counted) {
    news.tx_errors = frame.data[kTxCounter];
    news.rx_errors = frame.data[kRxCounter];
  }
  return news;
}

}  // namespace cantrail::socketcan
