// A port on 127.0.0.1 that nobody uses at this moment.
#pragma once

#include <cstdint>

#include "base/status.hpp"

namespace cantrail::cli::demo {

enum class PortKind : std::uint8_t { tcp, udp };

// The kernel's choice, given back at once: whoever binds it next has it.
[[nodiscard]] Result<std::uint16_t> free_port(PortKind kind);

}  // namespace cantrail::cli::demo
