// What rows will take in recordings, for the numbers of `check`. The constants are measured
// (test_recording.py holds them against a file): near for values that change as sensors' do.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "component/forecast.hpp"
#include "component/keep.hpp"
#include "formats/mcap/compression.hpp"
#include "sinks/mcap/filler.hpp"

namespace cantrail::mcap_sink {

struct Packing {
  mcap::Compression compression = mcap::Compression::zstd;
  std::size_t chunk_bytes = 0;
  Duration delay{};
};

// Bytes a second. Each row of a message is a frame, too, where frames are recorded; frames without a message
// nobody foretells.
[[nodiscard]] double growth_of(std::span<const StreamRate> streams, const Selection& selection,
                               const Packing& packing);

// How long rows stay at that rate, and by which limit; no time: for ever.
[[nodiscard]] SinkForecast holding(double bytes_per_s, const Keep& keep);

}  // namespace cantrail::mcap_sink
