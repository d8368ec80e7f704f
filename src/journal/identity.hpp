// Who a journal is: its id and the last epoch that was begun. FOLDER/identity, replaced atomically.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "base/status.hpp"
#include "model/position.hpp"

namespace cantrail::journal {

struct Identity {
  JournalId id;
  std::uint32_t epoch = 0;
};

[[nodiscard]] std::string to_text(const Identity& identity);
[[nodiscard]] std::optional<Identity> parse_identity(std::string_view text);  // nullopt: damaged

// Durable when it returns ok.
Status write_identity(FileSystem& files, const std::string& folder, const Identity& identity);
// nullopt: absent or damaged. Fault: it is there and cannot be read.
Result<std::optional<Identity>> read_identity(FileSystem& files, const std::string& folder);

Result<JournalId> random_journal_id();

}  // namespace cantrail::journal
