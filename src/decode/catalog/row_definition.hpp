// The schema of rows that a source delivers itself, as a catalog's definition holds it.
#pragma once

#include <memory>

#include <boost/json/fwd.hpp>

#include "model/schema.hpp"

namespace cantrail {

[[nodiscard]] boost::json::object write_row_definition(const RowSchema& row);
// nullptr: it is none.
[[nodiscard]] std::shared_ptr<const RowSchema> read_row_definition(const boost::json::value& value);

}  // namespace cantrail
