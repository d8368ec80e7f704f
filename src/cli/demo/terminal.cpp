#include "cli/demo/terminal.hpp"

#include <algorithm>
#include <cstdio>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/demo/folded.hpp"

namespace cantrail::cli::demo {
namespace {

constexpr Duration kBetweenLines = std::chrono::seconds(10);

// A line that reaches the last column wraps on some terminals: one less. npos: not known.
std::size_t columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return std::string::npos;
  return size.ws_col - 1U;
}

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

void Terminal::status(const std::string& sum, const std::string& below) {
  if (!in_place_) {
    const MonoTime now = clock_.mono();
    if (printed_ && now - *printed_ < kBetweenLines) return;
    printed_ = now;
    draw(sum + "\n", "");
    return;
  }
  std::string block;
  for (const std::string& line : folded(sum, columns())) block += line + "\n";
  if (!below.empty()) {
    for (const std::string& line : folded(below, columns(), "  [")) block += line + "\n";
  }
  block.pop_back();
  if (block != block_) draw("", block);
}

void Terminal::last_status(const std::string& sum) {
  draw(sum + "\n", "");
}

void Terminal::event(const std::string& line) {
  draw(line + "\n", block_);
}

// One write, so that nothing half drawn is seen.
void Terminal::draw(const std::string& above, const std::string& block) {
  std::string text;
  if (in_place_) {
    if (lines_above_ != 0) text += "\033[" + std::to_string(lines_above_) + "A";
    text += "\r\033[J";
  }
  text += above + block;
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
  block_ = block;
  lines_above_ = static_cast<std::size_t>(std::count(block.begin(), block.end(), '\n'));
}

}  // namespace cantrail::cli::demo
