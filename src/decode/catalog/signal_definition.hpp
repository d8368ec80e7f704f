// Named signals as a catalog's definition holds them.
#pragma once

#include <optional>

#include <boost/json/fwd.hpp>

#include "decode/derive/signal_spec.hpp"

namespace cantrail {

[[nodiscard]] boost::json::object write_signal_definition(const derive::SignalSpec& signal);
// nullopt: it is none.
[[nodiscard]] std::optional<derive::SignalSpec> read_signal_definition(const boost::json::value& value);

}  // namespace cantrail
