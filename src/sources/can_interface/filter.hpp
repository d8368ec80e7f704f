// Which frames the kernel passes on, in candump's words.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <linux/can.h>

#include "base/status.hpp"

namespace cantrail::socketcan {

struct FilterSet {
  std::vector<can_filter> ids;               // empty: all identifiers
  std::optional<can_err_mask_t> error_mask;  // error frames wanted, if the text says so
  bool join = false;                         // a frame must pass all of `ids`, not one of them

  // Whether a frame with this identifier passes, as the kernel decides it.
  [[nodiscard]] bool passes(canid_t id) const;
};

// Each text is a comma-separated list of
//   ID:MASK   passes when received_id & MASK == ID & MASK
//   ID~MASK   passes when it does not
//   #MASK     error frames of these classes (linux/can/error.h)
//   j or J    join the filters by AND
// in hexadecimal; an ID of 8 digits is a 29-bit one. As in candump, a MASK without bit 31 lets identifiers of
// both lengths pass. Fault: config, naming the part that is wrong.
[[nodiscard]] Result<FilterSet> parse_filters(std::span<const std::string> texts);

}  // namespace cantrail::socketcan
