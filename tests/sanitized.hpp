// A sanitizer makes a program many times slower, and what it finds shows in any of the many rounds of a test.
// All of them are for the other builds.
#pragma once

namespace cantrail {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr unsigned kOneRoundIn = 5;
inline constexpr double kTimesSlower = 5;  // at most, as it is allowed for
#else
inline constexpr unsigned kOneRoundIn = 1;
inline constexpr double kTimesSlower = 1;
#endif

}  // namespace cantrail
