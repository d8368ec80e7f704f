// What waits for a history that was stopped by hand, and what became of it.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "cli/demo/books.hpp"

namespace cantrail::cli::demo {

class Drain {
 public:
  [[nodiscard]] bool stopped() const { return stopped_; }
  void stop(const Report& now) {
    stopped_ = true;
    if (!before_) before_ = now;
  }
  void start() { stopped_ = false; }

  // A sentence, once: when, started again, no more waits than did before. What waits swells up to each write:
  // the most of some reports counts.
  [[nodiscard]] std::optional<std::string> heard(const Report& now) {
    if (!before_) {
      usual_[heard_++ % usual_.size()] = now.pending;
      return std::nullopt;
    }
    waited_ = std::max(waited_, now.pending);
    const std::uint64_t usual = std::max(before_->pending, *std::max_element(usual_.begin(), usual_.end()));
    if (stopped_ || now.pending > usual) return std::nullopt;
    const std::uint64_t lost = now.dropped + now.lost - before_->dropped - before_->lost;
    const std::uint64_t waited = waited_;
    *this = {};
    return "the history has caught up: " + counted(waited, "record") + " had waited, " + format_count(lost) +
           " lost";
  }

 private:
  bool stopped_ = false;
  std::optional<Report> before_;
  std::array<std::uint64_t, 4> usual_{};  // waited at the last reports before that
  std::size_t heard_ = 0;
  std::uint64_t waited_ = 0;  // the most at once
};

}  // namespace cantrail::cli::demo
