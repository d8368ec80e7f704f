// Phrases of `cantrail status`. The page says the same of a clock (web/src/model/clock.ts): who looks at both
// shall not wonder.
#pragma once

#include <string>

#include <boost/json/fwd.hpp>

namespace cantrail::cli {

// In at most two units, as the page writes it: "2 ms", "4.0 s", "90 s", "1 h 5 min", "5 d 3 h", "56.9 years".
[[nodiscard]] std::string rough_duration(double seconds);

// How far a node's clock can be trusted; `clock` as in /api/status: "synchronised ± 2 ms", and when it was
// set last, "not synchronised, set forward 56.9 years at 2026-11-21T07:49:00Z, set 3 times". nullptr, of a
// node that does not tell: "not known". Throws Boost.JSON's exceptions where a part is missing.
[[nodiscard]] std::string clock_text(const boost::json::object* clock);

// What a journal of this size reaches back to: "holds 5 d 3 h at this rate".
[[nodiscard]] std::string holds_text(double seconds);

}  // namespace cantrail::cli
