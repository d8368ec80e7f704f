#include "cli/output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <unistd.h>

namespace cantrail::cli {

bool Output::flush() {
  std::size_t done = 0;
  while (error_ == 0 && done < text_.size()) {
    const ssize_t written = ::write(STDOUT_FILENO, text_.data() + done, text_.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno != EINTR) {
      error_ = errno;
      if (!reader_gone())
        std::fprintf(stderr, "cantrail: cannot write to standard output: %s\n", std::strerror(errno));
    }
  }
  text_.clear();
  return error_ == 0;
}

bool Output::reader_gone() const {
  return error_ == EPIPE;
}

}  // namespace cantrail::cli
