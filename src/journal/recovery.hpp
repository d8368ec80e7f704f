// What a folder tells when it is opened: whose journal it is, which segments there are, and how the last
// epoch ended.
#pragma once

#include <cstdint>
#include <string>

#include "base/file.hpp"
#include "component/context.hpp"
#include "journal/identity.hpp"
#include "journal/journal.hpp"
#include "journal/segments.hpp"

namespace cantrail::journal {

struct Recovered {
  Identity identity;  // `epoch` is the new one; not yet written
  JournalPast past;
  std::uint32_t before_epoch = 0;  // of the last segment; 0: there is none
  std::uint64_t before_seq = 0;
  std::uint64_t before_record = 0;
  bool knows_removed = false;  // the file `removed` is there and whole
};

// Reads; changes nothing on the disk. Adds the segments found to `segments`, and what the cap has taken:
// where the folder does not say, everything before the oldest that is there. Scans the last segment, and
// those before it only while no whole state record was found (at most four).
Result<Recovered> recover(FileSystem& files, const std::string& folder, Log& log, Segments& segments);

}  // namespace cantrail::journal
