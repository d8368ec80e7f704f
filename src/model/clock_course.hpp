// The course of the wall clock through each boot of a machine, as the clock pairs of a journal's batches tell
// it; and what times of a boot come to by its clock as it was in the end.
//
// Monotonic time is slewed as wall time is, so their difference only changes where the clock is set. Reading
// the pair can be interrupted between the two, which makes the difference larger: of a stretch without a step
// the smallest is the right one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/batch.hpp"

namespace cantrail {

class ClockCourse {
 public:
  // Less than this is no step: it is a moment between the two readings.
  static constexpr Duration kStep = std::chrono::milliseconds(50);

  // All batches in the order of the journal. `boot`: what names the boot of the batch's epoch; of epochs of
  // one boot the monotonic time goes on.
  void note(const std::string& boot, const ClockPair& clock);

  struct Step {
    WallTime from, to;  // what the clock said, and what it said then
  };
  [[nodiscard]] std::vector<Step> steps() const;

  // Once all are noted: the same batches in the same order. Times that were read from the clock become what
  // it would have said, had it been right from the start of the boot; others (of a recording, of a sender)
  // stay. Returns how many were moved.
  std::uint64_t correct(RawBatch& batch);

 private:
  // Between two steps.
  struct Stretch {
    std::size_t boot = 0;
    std::uint64_t first = 0;  // batch, by its number among those noted
    Duration offset{};        // wall - mono
    MonoTime last;
    WallTime last_wall, first_wall;
  };
  [[nodiscard]] Duration final_offset(std::size_t boot) const;
  [[nodiscard]] std::optional<Duration> offset_of(WallTime time, MonoTime sealed) const;

  std::vector<std::string> boots_;
  std::vector<Stretch> stretches_;
  std::uint64_t noted_ = 0, corrected_ = 0;
  std::size_t at_ = 0;  // stretch of the batch that is corrected
};

}  // namespace cantrail
