#include "cli/demo/terminal.hpp"

#include <cstdio>

#include <poll.h>
#include <unistd.h>

namespace cantrail::cli::demo {
namespace {

constexpr Duration kBetweenLines = std::chrono::seconds(10);

}  // namespace

Terminal::Terminal(const Clock& clock) : clock_(clock), in_place_(::isatty(STDERR_FILENO) != 0) {
  termios now{};
  if (!in_place_ || ::isatty(STDIN_FILENO) == 0 || ::tcgetattr(STDIN_FILENO, &now) != 0) return;
  saved_ = now;
  now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  now.c_cc[VMIN] = 0;
  now.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &now);
}

Terminal::~Terminal() {
  if (saved_) ::tcsetattr(STDIN_FILENO, TCSANOW, &*saved_);
}

std::optional<char> Terminal::key() const {
  if (!saved_) return std::nullopt;
  pollfd wait{STDIN_FILENO, POLLIN, 0};
  char pressed = 0;
  if (::poll(&wait, 1, 0) != 1 || ::read(STDIN_FILENO, &pressed, 1) != 1) return std::nullopt;
  return pressed;
}

void Terminal::status(const std::string& line, bool last) {
  if (in_place_) {
    if (line == shown_ && !last) return;
    std::fprintf(stderr, "\r\033[K%s%s", line.c_str(), last ? "\n" : "");
  } else {
    const MonoTime now = clock_.mono();
    if (!last && printed_ && now - *printed_ < kBetweenLines) return;
    printed_ = now;
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  shown_ = last ? "" : line;
  std::fflush(stderr);
}

void Terminal::event(const std::string& line) {
  std::fprintf(stderr, in_place_ ? "\r\033[K%s\n%s" : "%s\n%s", line.c_str(),
               in_place_ ? shown_.c_str() : "");
  std::fflush(stderr);
}

}  // namespace cantrail::cli::demo
