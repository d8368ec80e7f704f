// What users wrote, as messages repeat it.
#pragma once

#include <string>
#include <string_view>

#include "base/text.hpp"

namespace cantrail {

// 'text', printable.
[[nodiscard]] inline std::string quoted(std::string_view text, std::size_t limit = 60) {
  return "'" + printable(text, limit) + "'";
}

}  // namespace cantrail
