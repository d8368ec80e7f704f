#include "cli/gone_streams.hpp"

#include <map>
#include <optional>

#include "sinks/sqlite/replacement.hpp"

namespace cantrail::cli {

std::vector<std::string> gone_streams(const Catalog& before, const Catalog& after) {
  std::map<std::string, std::optional<std::uint32_t>> has;
  for (StreamId id = 0; id < after.streams.size(); ++id) {
    if (sqlite::is_decoded(after.streams[id]))
      has.emplace(after.qualified_name(id), after.streams[id].row->can_id);
  }
  std::vector<std::string> gone;
  for (StreamId id = 0; id < before.streams.size(); ++id) {
    if (!sqlite::is_decoded(before.streams[id])) continue;
    std::string name = before.qualified_name(id);
    const auto found = has.find(name);
    const bool same = found != has.end() && found->second == before.streams[id].row->can_id;
    if (!same) gone.push_back(std::move(name));
  }
  return gone;
}

}  // namespace cantrail::cli
