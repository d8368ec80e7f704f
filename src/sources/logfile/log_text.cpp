#include "sources/logfile/log_text.hpp"

#include <algorithm>
#include <cstring>

#include <poll.h>
#include <time.h>
#include <unistd.h>

namespace cantrail::logfile {
namespace {

constexpr std::size_t kBufferBytes = 256 << 10;

bool readable(int fd, Duration wait) {
  const auto left = std::max(wait, Duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timespec timeout{seconds.count(), (left - seconds).count()};
  pollfd wanted{fd, POLLIN, 0};
  return ::ppoll(&wanted, 1, &timeout, nullptr) > 0;
}

}  // namespace

LogText::LogText() : buffer_(kBufferBytes) {}

Status LogText::open(const std::string& path, std::uint64_t offset) {
  close();
  Result<std::unique_ptr<TextInput>> input = TextInput::open(path);
  if (!input) {
    const bool no_room = input.fault().kind == FaultKind::exhausted;  // of descriptors: may pass
    return {no_room ? FaultKind::exhausted : FaultKind::config, input.fault().message};
  }
  input_ = std::move(*input);
  may_wait_ = path == "-";
  return offset == 0 ? Status{} : input_->skip_to(offset);
}

void LogText::close() {
  input_.reset();
  begin_ = end_ = 0;
}

Result<LogText::Fill> LogText::fill(const Clock& clock, MonoTime deadline) {
  if (may_wait_ && input_->compression() == Compression::none &&
      !readable(STDIN_FILENO, deadline - clock.mono())) {
    return Fill::idle;
  }
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  const Result<std::size_t> got = input_->read(std::span(buffer_).subspan(end_));
  if (!got) return got.fault();
  end_ += *got;
  return *got == 0 ? Fill::end : Fill::filled;
}

}  // namespace cantrail::logfile
