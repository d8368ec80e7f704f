// Looks for signals that share bits or do not fit their message. They are kept: files that are in use do it
// on purpose. What selectors switch on at different values may share bits.
#pragma once

#include "decode/dbc/database.hpp"
#include "decode/dbc/warnings.hpp"

namespace cantrail::dbc {

void check_layout(const Database& database, Warnings& warnings);

}  // namespace cantrail::dbc
