// How deep a TOML text nests. The library reads dotted keys of any length, and it, its destructors and our
// own tables then recurse once for each part: a line of dots would overflow the stack. So the text is looked
// at before.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace cantrail {

// Tables and lists inside each other, the parts of a section's name and of a dotted key counted like them.
// No configuration has more than five.
inline constexpr std::size_t kDeepestNesting = 64;

// Where (bytes from the start) the text nests deeper than `most`; nullopt: nowhere. Text that is no TOML may
// be counted as anything: the parser refuses it afterwards.
[[nodiscard]] std::optional<std::size_t> too_deep(std::string_view text, std::size_t most = kDeepestNesting);

}  // namespace cantrail
