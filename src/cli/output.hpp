// Standard output for programs to read: collected, written in large pieces, failures remembered.
#pragma once

#include <string>

namespace cantrail::cli {

class Output {
 public:
  [[nodiscard]] std::string& text() { return text_; }
  void flush_if_large() {
    if (text_.size() >= kLarge) (void)flush();
  }
  bool flush();  // false: could not be written; said once on standard error, but not when the reader has gone
  [[nodiscard]] bool failed() const { return error_ != 0; }
  [[nodiscard]] bool reader_gone() const;  // `| head`

 private:
  static constexpr std::size_t kLarge = std::size_t{256} * 1024;
  std::string text_;
  int error_ = 0;
};

// At the end of main: what printf() and the like have written leaves now. `exit_code`, or kFailed where the
// command was content and its output could not be written (said on standard error); a reader that has gone
// is no failure.
[[nodiscard]] int close_standard_output(int exit_code);

}  // namespace cantrail::cli
