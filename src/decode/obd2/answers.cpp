#include "decode/obd2/answers.hpp"

#include "decode/dbc/parser.hpp"

namespace cantrail::obd2 {

std::vector<PidName> pid_names() {
  std::vector<PidName> names;
  const auto parsed = dbc::parse(built_in_dbc(), "obd2.dbc");
  if (!parsed || parsed->database.messages.empty()) return names;  // a test holds that it is a DBC
  for (const dbc::Signal& signal : parsed->database.messages.front().signals) {
    if (!signal.multiplexing || signal.multiplexing->selector != "pid") continue;
    const auto pid = static_cast<std::uint8_t>(signal.multiplexing->ranges.front().from);
    if (pid % kBitmapSpan != 0) names.push_back({signal.name, pid});
  }
  return names;
}

}  // namespace cantrail::obd2
