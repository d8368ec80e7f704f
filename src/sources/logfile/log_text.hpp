// The text of a log, as much as is there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/status.hpp"
#include "formats/text_input.hpp"

namespace cantrail::logfile {

// One thread.
class LogText {
 public:
  enum class Fill : std::uint8_t { filled, idle, end };

  LogText();

  // "-": standard input. Faults: config if it cannot be opened; corrupt if it ends before `offset`.
  Status open(const std::string& path, std::uint64_t offset);
  void close();

  [[nodiscard]] std::string_view text() const { return {buffer_.data() + begin_, end_ - begin_}; }
  [[nodiscard]] std::uint64_t offset() const { return input_->position() - (end_ - begin_); }  // of text()
  void consume(std::size_t bytes) { begin_ += bytes; }

  // Puts more text behind text(). Waits for standard input until the deadline (idle), except where that is
  // compressed: then as long as it takes. Fault: corrupt, once everything readable before was delivered.
  Result<Fill> fill(const Clock& clock, MonoTime deadline);

 private:
  std::unique_ptr<TextInput> input_;
  bool may_wait_ = false;  // a pipe or terminal
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace cantrail::logfile
