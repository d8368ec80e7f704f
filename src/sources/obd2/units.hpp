// The control units that have answered, and what each supports. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "decode/isotp/reassembler.hpp"
#include "decode/obd2/answers.hpp"

namespace cantrail::obd2 {

inline constexpr std::size_t kMostUnits = 16;

struct Unit {
  explicit Unit(std::uint32_t answers_by) : id(answers_by) {}

  [[nodiscard]] bool has_pid(unsigned pid) const {
    return pid != 0 && is_supported(pids[(pid - 1) / kBitmapSpan],
                                    static_cast<std::uint8_t>((pid - 1) / kBitmapSpan * kBitmapSpan), pid);
  }
  [[nodiscard]] bool has_information(unsigned kind) const { return is_supported(information, 0, kind); }

  std::uint32_t id = 0;                 // of its answers, with kIdExtended
  std::array<std::uint32_t, 8> pids{};  // bitmaps of service 01, by 32 PIDs
  std::uint32_t information = 0;        // of service 09
  std::vector<std::uint8_t> codes;      // the stored trouble codes, as they were answered last
  unsigned misses = 0;                  // questions in a row that it should have answered
  bool talks = false;                   // in the middle of a message of several frames
  isotp::Reassembler frames{isotp::Addressing::normal};

  static constexpr unsigned kMostMisses = 3;
  // Nobody waits for it, until it answers something.
  [[nodiscard]] bool is_away() const { return misses >= kMostMisses; }
};

}  // namespace cantrail::obd2
