// From a moment to a place in the journal.
#pragma once

#include <optional>

#include "base/file.hpp"
#include "base/status.hpp"
#include "journal/segments.hpp"
#include "model/position.hpp"

namespace cantrail::journal {

// Of the first batch, in the order of the journal, that was sealed at or behind `time`; nullopt: there is
// none. Where the wall clock was set back, that is the first time it told so, and what comes behind may be
// older; a clock that was ahead for less than a segment may be overlooked.
//
// The header of each segment is read once in a run. By them, one segment is scanned.
Result<std::optional<Position>> position_of(FileSystem& files, const Segments& segments,
                                            const JournalId& journal, WallTime time);

}  // namespace cantrail::journal
