#include "encode/field_selection.hpp"

#include "base/text.hpp"

namespace cantrail::encode {

bool FieldSelection::wants(const Catalog& catalog, const StreamInfo& stream, const FieldSchema& field) const {
  if (pattern_.empty() || glob_match(pattern_, field.name)) return true;
  const std::string in_message = stream.row->name + "." + field.name;
  if (glob_match(pattern_, in_message)) return true;
  return stream.channel && glob_match(pattern_, catalog.channels[*stream.channel].alias + ":" + in_message);
}

}  // namespace cantrail::encode
