// What another decoding would take away from a history.
#pragma once

#include <string>
#include <vector>

#include "model/catalog.hpp"
#include "model/stream_selection.hpp"
#include "sinks/sqlite/replacement.hpp"

namespace cantrail::cli {

// Decoded streams of `before` that the history knows, as "can0:Battery", and that `after` does not have for
// the same frames, or that its lane no longer wants. One that is only called otherwise is not gone: what has
// its frames finds them again. In the order of the catalog.
[[nodiscard]] std::vector<std::string> gone_streams(const Catalog& before, const Catalog& after,
                                                    const StreamSelection& wanted,
                                                    const sqlite::Replacement& history);

}  // namespace cantrail::cli
