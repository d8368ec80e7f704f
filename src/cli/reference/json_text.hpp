// JSON for people to read: indented by two, numbers as they are written by hand.
#pragma once

#include <string>

#include <boost/json/fwd.hpp>

namespace cantrail::cli {

// With a line break at the end. Short arrays of plain values stay on their line.
[[nodiscard]] std::string json_text(const boost::json::value& value);

}  // namespace cantrail::cli
