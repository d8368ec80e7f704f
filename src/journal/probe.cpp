#include "journal/probe.hpp"

#include "journal/folder_lock.hpp"
#include "journal/format.hpp"
#include "journal/segments.hpp"

namespace cantrail {
namespace {

std::uint64_t bytes_in(const std::string& folder, FileSystem& files) {
  std::uint64_t bytes = 0;
  const auto names = files.list(folder);
  if (!names) return 0;
  for (const std::string& name : *names) {
    if (!journal::parse_segment_name(name)) continue;
    const auto file = files.open(join_path(folder, name), OpenMode::read);
    const auto size = file ? (*file)->size() : Result<std::uint64_t>(file.fault());
    if (size) bytes += journal::whole_blocks(*size);
  }
  return bytes;
}

}  // namespace

Findings probe_journal(const JournalOptions& options, FileSystem& files) {
  Findings found;
  std::uint64_t bytes = 0;
  if (files.exists(options.folder)) {
    if (const Status lock = journal::FolderLock::would_take(options.folder); !lock) {
      found.push_back(finding_of(lock.fault(), "folder"));
    }
    bytes = bytes_in(options.folder, files);
  } else if (auto obstacle = probe_writable(files, join_path(options.folder, "lock"), "folder")) {
    found.push_back(std::move(*obstacle));
  }
  if (!found.empty() || options.cap_bytes == 0) return found;  // the default cap follows the disk
  if (auto full = probe_room(files, options.folder, options.cap_bytes, bytes, "keep")) {
    found.push_back(std::move(*full));
  }
  return found;
}

}  // namespace cantrail
