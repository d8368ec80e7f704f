// What `cantrail info` says of an MCAP file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/file.hpp"
#include "base/status.hpp"
#include "formats/mcap/damage.hpp"
#include "formats/mcap/summary.hpp"

namespace cantrail::cli {

struct McapReport {
  std::string path;
  std::uint64_t bytes = 0;
  mcap::Summary summary;
  bool verified = false;  // all of it was read
  bool finished = true;   // it has its end
  bool being_written = false;
  mcap::DamageLog damage;

  [[nodiscard]] bool good() const { return being_written || (finished && damage.empty()); }
};

// From the summary at its end; where there is none, or with `verify`, all of it is read. Fault `corrupt`: it
// is no MCAP file.
Result<McapReport> look_at_mcap(FileSystem& files, const std::string& path, bool verify);

[[nodiscard]] std::string to_text(const McapReport& report);
[[nodiscard]] std::string one_line(const McapReport& report);  // for a list of files
// "2026-11-21T07:49:00.123Z to … (1h 2m)"; times are nanoseconds since 1970.
[[nodiscard]] std::string span_text(std::uint64_t from_ns, std::uint64_t to_ns);

}  // namespace cantrail::cli
