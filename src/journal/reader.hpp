// Reads batches from a position on, across segments, beside the writer.
#pragma once

#include <memory>

#include "base/file.hpp"
#include "journal/journal.hpp"
#include "journal/segments.hpp"

namespace cantrail::journal {

// The reader shares the list of segments with the writer and nothing else; it may outlive the journal, not
// the file system. Fault `rejected`: the position is one of another journal. A position of epoch 0 is the
// oldest one; nothing counts as missing before it.
Result<std::unique_ptr<JournalReader>> make_reader(FileSystem& files, std::shared_ptr<Segments> segments,
                                                   const JournalId& journal, const Position& from);

}  // namespace cantrail::journal
