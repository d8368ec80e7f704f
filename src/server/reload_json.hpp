// What became of the last reload, as JSON: in /api/status, and in the answer to the command that asked.
#pragma once

#include <cstdint>
#include <string>

#include "encode/json_writer.hpp"
#include "pipeline/reload_report.hpp"

namespace cantrail::server {

// An object; `number`: how many reloads this run has seen, this one counted.
void write_reload(encode::JsonWriter& json, const ReloadReport& report, std::uint64_t number);

// {"process": …, "reload": the object, "lines": the same for people}.
[[nodiscard]] std::string reload_answer(const ReloadReport& report, std::uint64_t number,
                                        std::int64_t process);

}  // namespace cantrail::server
