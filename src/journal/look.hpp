// A look at a journal's folder, whether a node runs there or not. Changes nothing on the disk.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/file.hpp"
#include "component/context.hpp"
#include "journal/journal.hpp"

namespace cantrail {

struct JournalLook {
  std::unique_ptr<JournalReader> reader;           // from the oldest batch to what was there at the look
  std::map<std::uint32_t, std::string> constants;  // of each epoch, as it was given to Journal::open()
};

// Faults: config (there is no journal), unavailable.
[[nodiscard]] Result<JournalLook> look_at_journal(const std::string& folder, FileSystem& files, Log& log);

}  // namespace cantrail
