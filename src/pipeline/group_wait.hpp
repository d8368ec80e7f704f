// How long the records that wait for a store may wait for more.
#pragma once

#include "base/time.hpp"
#include "component/sink.hpp"

namespace cantrail {

// From when the node took the oldest of them, at `oldest` on the wall clock. At most the sink's delay; less
// where a stretch of its `align` ends before that, the last one that does.
[[nodiscard]] inline Duration group_wait(const SinkTraits& traits, WallTime oldest) {
  const std::int64_t align = traits.align.count();
  if (align <= 0 || traits.delay < traits.align) return traits.delay;
  const std::int64_t over = (oldest.ns % align + align + traits.delay.count() % align) % align;
  return traits.delay - Duration(over);
}

}  // namespace cantrail
