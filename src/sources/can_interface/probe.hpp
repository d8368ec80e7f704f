// What `check --connect` sees of a machine's CAN interfaces. Nothing is set, sent or brought up.
#pragma once

#include "component/probe.hpp"
#include "sources/can_interface/options.hpp"

namespace cantrail::socketcan {

[[nodiscard]] Findings probe(const Options& options, const ProbeContext& context);

}  // namespace cantrail::socketcan
