// The terminal the demonstration talks to: single keys, and a sum that is refreshed in place with the keys
// below it. Where there is none, no keys come and the sum is printed now and then.
#pragma once

#include <cstddef>
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

  // The sum, and what stands below it as long as it is refreshed.
  void status(const std::string& sum, const std::string& below);
  // The sum a last time; it stays.
  void last_status(const std::string& sum);
  // Something that happened: a line of its own above the sum.
  void event(const std::string& line);

 private:
  void draw(const std::string& above, const std::string& block);

  const Clock& clock_;
  bool in_place_ = false;
  std::optional<termios> saved_;
  std::optional<MonoTime> printed_;
  std::string block_;            // what is refreshed in place
  std::size_t lines_above_ = 0;  // of the block, above the cursor
};

}  // namespace cantrail::cli::demo
