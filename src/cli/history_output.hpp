// A new history of a journal's batches, as the sink `sqlite` writes it, without limits.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.hpp"
#include "cli/batch_output.hpp"

namespace cantrail::cli {

inline constexpr std::string_view kHistorySuffix = ".db";

// Written as PATH.part until it is finished. Faults: rejected (something is there already, if only the log
// of a history; the batches are of no journal), and those of the file.
Result<std::unique_ptr<BatchOutput>> open_history_output(const std::string& path,
                                                         const std::optional<JournalId>& journal);

}  // namespace cantrail::cli
