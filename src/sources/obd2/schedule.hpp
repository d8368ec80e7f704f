// What is asked when: questions with a rate of their own, and those that are asked once. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"

namespace cantrail::obd2 {

inline constexpr Duration kFirstPause =
    std::chrono::seconds(1);  // after silence; then twice as long each time

struct Question {
  std::uint8_t service = 0;
  std::optional<std::uint8_t> pid;  // none: the service has none (trouble codes)
  bool operator==(const Question&) const = default;
};

// One thread.
class Schedule {
 public:
  // A question without an answer waits for twice as long each time, up to `longest_pause`.
  explicit Schedule(Duration longest_pause) : longest_pause_(longest_pause) {}

  void clear() { items_.clear(); }
  // `every` 0: once. What is there already stays as it is; what was asked once is asked again.
  void add(const Question& question, Duration every, MonoTime first);

  // The question that is due for longest: an index for the calls below.
  [[nodiscard]] std::optional<std::size_t> due(MonoTime now) const;
  [[nodiscard]] std::optional<MonoTime> next_due() const;
  [[nodiscard]] const Question& question(std::size_t index) const { return items_[index].question; }

  void asked(std::size_t index, MonoTime now);
  void answered(std::size_t index);
  void unanswered(std::size_t index, MonoTime now);
  void give_up(std::size_t index) { items_[index].done = true; }

  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] double wanted_per_second() const;

 private:
  struct Item {
    Question question;
    Duration every{0};
    MonoTime next;
    Duration pause{0};  // since it has no answer
    unsigned tries = 0;
    bool done = false;
  };

  Duration longest_pause_;
  std::vector<Item> items_;
};

}  // namespace cantrail::obd2
