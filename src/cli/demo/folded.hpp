// A sum that is wider than the terminal, in lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cantrail::cli::demo {

// "sent 9 = delivered 8 + pending 1" in lines of at most `width` columns (one byte each), parted before a '+'
// so that a term and its sign stay together; the lines after the first are indented by two. A term that is
// wider than a line is cut. `std::string::npos`: one line. `before`: where something else may be parted.
[[nodiscard]] std::vector<std::string> folded(std::string_view sum, std::size_t width,
                                              std::string_view before = " + ");

}  // namespace cantrail::cli::demo
