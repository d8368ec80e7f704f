// What calls of POST /api/trigger are called: letters, digits, '_', '-' and '.', 64 at most.
#pragma once

#include <algorithm>
#include <string_view>

namespace cantrail {

inline constexpr std::size_t kMostTriggerNameBytes = 64;

[[nodiscard]] inline bool is_trigger_name(std::string_view text) {
  return !text.empty() && text.size() <= kMostTriggerNameBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                  c == '-' || c == '.';
         });
}

}  // namespace cantrail
