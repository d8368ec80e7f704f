// The terminal the demonstration talks to: single keys, and one line that is refreshed in place. Where there
// is none, no keys come and the line is printed now and then.
#pragma once

#include <optional>
#include <string>

#include <termios.h>

#include "base/clock.hpp"

namespace cantrail::cli::demo {

// One at a time, one thread. Destruction gives the terminal back as it was.
class Terminal {
 public:
  explicit Terminal(const Clock& clock);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  [[nodiscard]] bool has_keys() const { return saved_.has_value(); }
  // A key that was pressed, without waiting.
  [[nodiscard]] std::optional<char> key() const;

  // The status line. `last`: stays.
  void status(const std::string& line, bool last = false);
  // Something that happened: a line of its own above the status.
  void event(const std::string& line);

 private:
  const Clock& clock_;
  bool in_place_ = false;
  std::optional<termios> saved_;
  std::optional<MonoTime> printed_;
  std::string shown_;
};

}  // namespace cantrail::cli::demo
