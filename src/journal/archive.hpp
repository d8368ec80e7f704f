// A journal's folder looked at from outside: by tools, beside its node or without one. Nothing is locked and
// nothing changed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "journal/journal.hpp"

namespace cantrail {

struct JournalArchive {
  JournalId id;
  std::uint32_t last_epoch = 0;  // 0: there is none yet
  JournalPast past;
  std::uint64_t segments = 0, bytes = 0;
  std::map<std::uint32_t, std::string> constants;  // of each epoch, as it was given to Journal::open()
  std::unique_ptr<JournalReader> reader;           // from the oldest batch on; of what was there at the start
};

// Whether the folder looks like one.
[[nodiscard]] bool is_journal(const std::string& folder, FileSystem& files);

// Fault `rejected`: it is none, or is not there. Others are those of the file system, which must outlive the
// reader.
Result<JournalArchive> open_archive(const std::string& folder, FileSystem& files, Log& log);

}  // namespace cantrail
