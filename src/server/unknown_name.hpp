// Names in a query that nothing bears: a slip is told, where an empty answer would look like no data.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "component/history.hpp"
#include "model/catalog.hpp"
#include "server/request.hpp"

namespace cantrail::server {

// 404 with the nearest name, where `message` ("Message" or "channel:Message") has no placeholder of a glob
// and neither the catalog (nullptr: none yet) nor the history has it. nullopt: it is known, empty, or a glob.
[[nodiscard]] std::optional<Response> unknown_message(const std::string& message, const Catalog* catalog,
                                                      std::span<const SignalName> stored = {});
// The same of a signal's name without its message.
[[nodiscard]] std::optional<Response> unknown_signal(const std::string& signal, const Catalog* catalog,
                                                     std::span<const SignalName> stored);

}  // namespace cantrail::server
