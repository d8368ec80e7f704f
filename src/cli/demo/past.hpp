// Two hours at one frame a second and message, put into journal and history before the demonstration begins,
// so that no chart is empty. What was filled in is remembered in a file beside them, and shown as such.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/status.hpp"
#include "cli/demo/car.hpp"
#include "component/context.hpp"
#include "model/batch.hpp"
#include "pipeline/node.hpp"

namespace cantrail::cli::demo {

// FOLDER/filled-in: what the file says; nullopt where nothing was filled in.
[[nodiscard]] std::optional<TimeSpan> filled_in(FileSystem& files, const std::string& folder);

// Runs `parts` (journal and sinks of the demonstration, no source) over the car's past, to the end.
// Precondition: the journal is new.
Status fill_in(NodeParts parts, Car& car, const std::string& folder, FileSystem& files, Clock& clock,
               Log& log);

}  // namespace cantrail::cli::demo
