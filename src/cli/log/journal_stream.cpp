#include "cli/log/journal_stream.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "component/toml/config_inputs.hpp"

namespace cantrail::cli {

bool is_journal_stream(int descriptor, const std::optional<std::string>& variable) {
  struct stat info {};
  if (!variable || ::fstat(descriptor, &info) != 0) return false;
  return *variable == std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
}

bool journal_reads_stderr() {
  return is_journal_stream(STDERR_FILENO, process_environment()("JOURNAL_STREAM"));
}

}  // namespace cantrail::cli
