#include "component/probe.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/text.hpp"

namespace cantrail {
namespace {

std::string with_option(std::string_view option, std::string message) {
  return option.empty() ? std::move(message) : std::string(option) + ": " + std::move(message);
}

bool allows(const std::string& path, int mode) {
  return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0;
}

std::string cannot_write(const std::string& what, int error) {
  return errno_fault("this user cannot write " + printable(what, 200), error).message;
}

}  // namespace

Finding finding_of(const Fault& fault, std::string_view option) {
  return {fault.kind == FaultKind::config ? Severity::error : Severity::warning,
          with_option(option, fault.message)};
}

std::optional<Finding> probe_writable(FileSystem& files, const std::string& path, std::string_view option) {
  const auto error = [&](std::string message) {
    return Finding{Severity::error, with_option(option, std::move(message))};
  };
  if (files.exists(path)) {
    if (allows(path, R_OK | W_OK)) return std::nullopt;
    return error(cannot_write(path, errno) + "; change its owner, or name another file");
  }
  const std::string folder = nearest_existing(files, parent_path(path));
  const auto type = files.type(folder);
  if (type && *type != FileType::folder) {
    return error(printable(folder, 200) + " is no folder, so " + printable(path, 200) + " cannot be made");
  }
  if (allows(folder, W_OK | X_OK)) return std::nullopt;
  return error(cannot_write("to the folder " + folder, errno) +
               "; make the folders on the way for this user, or name another place");
}

std::optional<Finding> probe_room(FileSystem& files, const std::string& path, std::uint64_t most_bytes,
                                  std::uint64_t has_bytes, std::string_view option) {
  const auto space = files.space(nearest_existing(files, path));
  if (!space || most_bytes <= has_bytes || space->free_bytes >= most_bytes - has_bytes) return std::nullopt;
  return Finding{Severity::warning,
                 with_option(option, "it may take " + format_bytes(most_bytes) + ", and its disk has " +
                                         format_bytes(space->free_bytes) + " left" +
                                         (has_bytes > 0 ? " beside the " + format_bytes(has_bytes) +
                                                              " that it takes already"
                                                        : "") +
                                         "; lower it, or use a larger disk")};
}

}  // namespace cantrail
