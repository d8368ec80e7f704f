// What `check --connect` finds where a node would reach out: an interface, a port, a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "base/status.hpp"

namespace cantrail {

struct Finding {
  // error: a node that is started now never gets there; warning: it may, later or when something is done.
  Severity severity = Severity::error;
  std::string message;  // what is wrong and what to do; begins with "OPTION: " where one is to blame
};
using Findings = std::vector<Finding>;

// As the pipeline takes it: `config` is an error, everything else it waits for. `option` may be empty.
[[nodiscard]] Finding finding_of(const Fault& fault, std::string_view option);

struct ProbeContext {
  std::string name;  // of the section
  Clock& clock;
  FileSystem& files;
};

// Whether this user can write the file, or make it and the folders on the way. Nothing is made. nullopt: it
// can.
[[nodiscard]] std::optional<Finding> probe_writable(FileSystem& files, const std::string& path,
                                                    std::string_view option);

// Whether there is room for a store to grow to `most_bytes`, of which it has `has_bytes` already. nullopt:
// there is, or the disk does not say.
[[nodiscard]] std::optional<Finding> probe_room(FileSystem& files, const std::string& path,
                                                std::uint64_t most_bytes, std::uint64_t has_bytes,
                                                std::string_view option);

}  // namespace cantrail
