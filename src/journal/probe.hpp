// Whether a journal could be opened, without opening it: for `check --connect`.
#pragma once

#include "base/file.hpp"
#include "component/probe.hpp"
#include "journal/journal.hpp"

namespace cantrail {

// The folder can be made or written, no other node has it, and the disk has room for what it may grow to.
// Findings name the options of [journal].
[[nodiscard]] Findings probe_journal(const JournalOptions& options, FileSystem& files);

}  // namespace cantrail
