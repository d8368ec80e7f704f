#include "cli/gone_streams.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "sinks/sqlite/streams.hpp"

namespace cantrail::cli {
namespace {

using Name = std::pair<std::string, std::string>;  // channel, message

Name name_of(const Catalog& catalog, StreamId stream) {
  return {sqlite::channel_of(catalog, stream), catalog.streams[stream].row->name};
}

}  // namespace

std::vector<std::string> gone_streams(const Catalog& before, const Catalog& after,
                                      const StreamSelection& wanted, const sqlite::Replacement& history) {
  std::set<Name> names;  // of `after`
  std::set<std::pair<Name, std::optional<std::uint32_t>>> has;
  std::set<std::pair<std::string, std::uint32_t>> renamed;  // channel and identifier
  for (StreamId id = 0; id < after.streams.size(); ++id) {
    const StreamInfo& stream = after.streams[id];
    if (!sqlite::is_decoded(stream)) continue;
    const Name name = name_of(after, id);
    names.insert(name);
    if (!wanted.fields_of(after, stream).wanted) continue;
    has.emplace(name, stream.row->can_id);
    // Where the history knows a name by another identifier, no later run would find these rows by it.
    const auto known = history.known(name.first, name.second);
    if (stream.row->can_id && (!known || known->can_id == stream.row->can_id))
      renamed.emplace(name.first, *stream.row->can_id);
  }
  std::vector<std::string> gone;
  for (StreamId id = 0; id < before.streams.size(); ++id) {
    const StreamInfo& stream = before.streams[id];
    const Name name = name_of(before, id);
    const auto known = history.known(name.first, name.second);
    if (!sqlite::is_decoded(stream) || !known) continue;
    const std::optional<std::uint32_t> can_id = stream.row->can_id;
    const bool only_renamed =
        can_id && known->can_id == can_id && !names.contains(name) && renamed.contains({name.first, *can_id});
    if (!has.contains({name, can_id}) && !only_renamed) gone.push_back(before.qualified_name(id));
  }
  return gone;
}

}  // namespace cantrail::cli
