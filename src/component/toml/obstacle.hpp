// What the TOML library cannot be given, looked for before. It reads dotted keys of any length, and it, its
// destructors and our own tables then recurse once for each part: a line of dots would overflow the stack.
// And its look for white space is undefined for characters from U+00A1 to U+0499 outside of strings and
// comments, where TOML has none.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace cantrail {

// Tables and lists inside each other, the parts of a section's name and of a dotted key counted like them.
// No configuration has more than five.
inline constexpr std::size_t kDeepestNesting = 64;

struct TomlObstacle {
  enum class Kind { too_deep, not_ascii };
  Kind kind;
  std::size_t at;  // bytes from the start of the text
};

// The first place where the text nests deeper than `most` or has a character beyond ASCII outside of strings
// and comments (a byte order mark at its start is none). Text that is no TOML may be taken for anything: the
// parser refuses it afterwards.
[[nodiscard]] std::optional<TomlObstacle> find_obstacle(std::string_view text,
                                                        std::size_t most = kDeepestNesting);

}  // namespace cantrail
