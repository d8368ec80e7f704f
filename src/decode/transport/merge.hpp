#pragma once

#include "model/stream_block.hpp"

namespace cantrail::transport {

// The rows of two blocks of one stream, which has no text, in the order of their frames.
[[nodiscard]] StreamBlock merge(const StreamBlock& a, const StreamBlock& b);

}  // namespace cantrail::transport
