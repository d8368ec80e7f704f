// /api/signals: the catalog, as a page or a program needs it to make sense of the rows.
#pragma once

#include <string>

#include "model/catalog.hpp"

namespace cantrail::server {

[[nodiscard]] std::string signals_json(const Catalog* catalog);  // nullptr: no streams yet

}  // namespace cantrail::server
