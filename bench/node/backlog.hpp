// A journal with much in it, as a node finds it whose store was away for days.
#pragma once

#include <cstdint>
#include <string>

namespace cantrail::bench {

// Fills the journal of a node that is not running with frames of the bench's own DBC, closes it, and takes
// it out of the system's memory, so that the next start reads from the disk.
void make_backlog(const std::string& journal_folder, std::uint64_t bytes);

// Takes the files of a folder out of the system's memory, as far as it lets go of them.
void forget_files(const std::string& folder);

}  // namespace cantrail::bench
