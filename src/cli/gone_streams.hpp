// What another decoding would take away from a history.
#pragma once

#include <string>
#include <vector>

#include "model/catalog.hpp"

namespace cantrail::cli {

// Decoded streams of `before`, as "can0:Battery", that `after` does not have: neither under that name, nor
// for those frames. In the order of the catalog.
[[nodiscard]] std::vector<std::string> gone_streams(const Catalog& before, const Catalog& after);

}  // namespace cantrail::cli
