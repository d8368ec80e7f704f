// The state of a CAN controller, as the kernel and its error frames tell it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <linux/can.h>
#include <linux/can/error.h>

#include "model/frame.hpp"

namespace cantrail::socketcan {

enum class CanState : std::uint8_t {  // as enum can_state of linux/can/netlink.h
  error_active,
  error_warning,
  error_passive,
  bus_off,
  stopped,
  sleeping,
};

// "error-active", "bus-off", … as `ip -details link show` has them, in lower case.
[[nodiscard]] std::string_view to_string(CanState state);

// The classes of error frames that tell of a state.
inline constexpr std::uint32_t kStateErrors = CAN_ERR_CRTL | CAN_ERR_BUSOFF | CAN_ERR_RESTARTED | CAN_ERR_CNT;

struct ControllerNews {
  std::optional<CanState> state;
  std::optional<std::uint16_t> rx_errors, tx_errors;  // the controller's error counters
};

// What an error frame says (linux/can/error.h). A bus-off outweighs all else that the frame says.
[[nodiscard]] ControllerNews read_error_frame(const FrameView& frame);

}  // namespace cantrail::socketcan
