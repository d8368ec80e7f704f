#include "model/stream_selection.hpp"

#include <algorithm>
#include <string_view>

namespace cantrail {
namespace {

bool any_matches(const std::vector<StreamPattern>& patterns, const Catalog& catalog, const StreamInfo& stream,
                 std::string_view field) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const StreamPattern& pattern) {
    return pattern.matches(catalog, stream) && pattern.matches_field(field);
  });
}

}  // namespace

StreamSelection::Fields StreamSelection::fields_of(const Catalog& catalog, const StreamInfo& stream) const {
  const auto wanted = [&](std::string_view field) {
    return (only_.empty() || any_matches(only_, catalog, stream, field)) &&
           !any_matches(except_, catalog, stream, field);
  };
  Fields fields;
  for (std::size_t i = 0; i < stream.row->fields.size(); ++i) {
    (wanted(stream.row->fields[i].name) ? fields.kept : fields.cut).push_back(i);
  }
  // A message without signals: only a pattern over streams can mean it.
  fields.wanted = stream.row->fields.empty() ? wanted("") : !fields.kept.empty();
  return fields;
}

}  // namespace cantrail
