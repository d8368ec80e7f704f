// Who may speak: a speaker that repeats itself or talks too much is cut short.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace cantrail::cli {

// Not thread-safe.
class Speakers {
 public:
  static constexpr int kPerSecond = 5;

  // nullopt: not now. Else how many lines of this speaker were left out since the last one.
  [[nodiscard]] std::optional<std::uint64_t> may_speak(std::string_view who, MonoTime now);

 private:
  static constexpr std::size_t kMost = 256;  // beyond, all are forgotten
  struct Speaker {
    MonoTime since;
    int lines = 0;
    std::uint64_t left_out = 0;
  };
  std::map<std::string, Speaker, std::less<>> speakers_;
};

}  // namespace cantrail::cli
