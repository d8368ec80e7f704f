// What a sink has recorded, for checks that ask a store for its rows.
#pragma once

#include <string>
#include <vector>

#include "base/status.hpp"
#include "component/recording_list.hpp"

namespace cantrail::contract {

// The rows of streams in its finished files, a line each, without positions; in the order of their times.
Result<std::vector<std::string>> recorded_rows(const RecordingList& recordings);

}  // namespace cantrail::contract
