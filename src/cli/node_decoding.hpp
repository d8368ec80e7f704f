// How a node's configuration has its channels decoded, for commands that decode without the node.
#pragma once

#include <optional>
#include <string>

#include "cli/log_catalog.hpp"

namespace cantrail::cli {

// What its sinks and sources need may be missing here. nullopt: it has errors, which are on standard error.
[[nodiscard]] std::optional<LogDecoding> decoding_of(const std::string& path);

}  // namespace cantrail::cli
