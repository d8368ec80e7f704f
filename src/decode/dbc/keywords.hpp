// The words that begin a statement of a DBC file.
#pragma once

#include <string_view>

namespace cantrail::dbc {

// Also those of statements that are only skipped.
[[nodiscard]] bool is_keyword(std::string_view word);
// The keywords that no prose and no node name looks like: those that end with an underscore.
[[nodiscard]] bool is_unmistakable_keyword(std::string_view word);

}  // namespace cantrail::dbc
