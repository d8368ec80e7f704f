// What a history file grows by in a day, beside what `cantrail check` says of it.
#pragma once

#include <string>

namespace cantrail::bench {

void growth(const std::string& folder);

}  // namespace cantrail::bench
