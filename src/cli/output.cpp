#include "cli/output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <poll.h>
#include <unistd.h>

#include "cli/exit_code.hpp"

namespace cantrail::cli {
namespace {

void tell_unwritten(int error) {
  std::fprintf(stderr, "cantrail: cannot write to standard output: %s\n", std::strerror(error));
}

// The error of an earlier write is not kept: a pipe is asked whether anyone still reads.
bool nobody_reads() {
  pollfd output{STDOUT_FILENO, 0, 0};
  return ::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

}  // namespace

bool Output::flush() {
  std::size_t done = 0;
  while (error_ == 0 && done < text_.size()) {
    const ssize_t written = ::write(STDOUT_FILENO, text_.data() + done, text_.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno != EINTR) {
      error_ = errno;
      if (!reader_gone()) tell_unwritten(errno);
    }
  }
  text_.clear();
  return error_ == 0;
}

bool Output::reader_gone() const {
  return error_ == EPIPE;
}

int close_standard_output(int exit_code) {
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0;
  const int error = errno != 0 ? errno : EIO;
  if ((flushed && std::ferror(stdout) == 0) || error == EPIPE || nobody_reads()) return exit_code;
  tell_unwritten(error);
  return exit_code == kOk ? kFailed : exit_code;
}

}  // namespace cantrail::cli
