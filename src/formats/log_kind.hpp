// What a file is that is no candump log, so that its user is told, and how to make one of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cantrail {

// From the first bytes (a few kilobytes are enough), cut anywhere: "looks like Vector ASC; cantrail reads
// candump logs: …". nullopt: nothing that is known.
[[nodiscard]] std::optional<std::string> other_log_kind(std::string_view beginning);

}  // namespace cantrail
