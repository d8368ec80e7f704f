#include "component/toml/config_merge.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail {
namespace {

std::string place(const SourceLocation& where) {
  return where.file + ":" + std::to_string(where.line) + ":" + std::to_string(where.column);
}

}  // namespace

void merge_config(ConfigTable& base, ConfigTable over, Diagnostics& found) {
  for (ConfigEntry& entry : over.entries) {
    const auto same = std::find_if(base.entries.begin(), base.entries.end(),
                                   [&](const ConfigEntry& there) { return there.key == entry.key; });
    if (same == base.entries.end()) {
      base.entries.push_back(std::move(entry));
      continue;
    }
    const auto* below = std::get_if<std::shared_ptr<ConfigTable>>(&same->value.value);
    const auto* above = std::get_if<std::shared_ptr<ConfigTable>>(&entry.value.value);
    if (below != nullptr && above != nullptr) {
      merge_config(**below, std::move(**above), found);
    } else if (below != nullptr || above != nullptr) {
      found.push_back({Severity::error, entry.where,
                       "'" + printable(entry.key) + "' is " + std::string(kind_of(entry.value)) +
                           " here and " + std::string(kind_of(same->value)) + " at " + place(same->where)});
    } else {
      *same = std::move(entry);
    }
  }
}

}  // namespace cantrail
