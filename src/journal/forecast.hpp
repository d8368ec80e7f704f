// What a source's data takes in the journal: for the numbers of `check`.
#pragma once

#include <span>
#include <string_view>

#include "component/forecast.hpp"

namespace cantrail {

// Bytes a second, by encoding batches as they would come: sealed 2 ms after their first frame. Rows a source
// delivers beside its frames come singly.
[[nodiscard]] double journal_bytes_per_s(std::string_view source_name, std::span<const FrameRate> frames,
                                         std::span<const StreamRate> rows);

}  // namespace cantrail
