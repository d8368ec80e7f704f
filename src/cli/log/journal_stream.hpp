// Whether systemd's journal reads what this process writes.
#pragma once

#include <optional>
#include <string>

namespace cantrail::cli {

// `variable` is $JOURNAL_STREAM, "DEVICE:INODE" of the stream that the journal gave to the service
// (systemd.exec(5)). A child whose output goes elsewhere has the variable as well, so the descriptor decides.
[[nodiscard]] bool is_journal_stream(int descriptor, const std::optional<std::string>& variable);
// Of this process's standard error and environment.
[[nodiscard]] bool journal_reads_stderr();

}  // namespace cantrail::cli
