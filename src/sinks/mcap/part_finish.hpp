// What becomes of a file that a crash has left: it gets its end and its name.
#pragma once

#include <atomic>
#include <string>

#include "component/context.hpp"
#include "sinks/mcap/part_end.hpp"
#include "sinks/mcap/recordings.hpp"

namespace cantrail::mcap_sink {

struct LeftPart {
  std::string path;  // without .mcap
  PartEnd end;
};

// Looks how far the file is, cuts it there and syncs it, so that what is recorded next cannot outlive it.
// With nothing to keep in it it is removed, and the result is nullopt. Faults: those of the file system.
Result<std::optional<LeftPart>> cut_part(FileSystem& files, const std::string& path);

// Reads and verifies all of it, which may take a while: fault `unavailable` once `stop` is true. If bytes
// that had been synced are damaged, a new file is made of everything readable, and the log says what is lost.
// What was done so far does no harm to another try. Any thread.
Status finish_part(const SinkContext& context, Recordings& recordings, const LeftPart& part,
                   const std::atomic<bool>& stop);

}  // namespace cantrail::mcap_sink
