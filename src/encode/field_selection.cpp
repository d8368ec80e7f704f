#include "encode/field_selection.hpp"

#include "base/text.hpp"

namespace cantrail::encode {

bool FieldSelection::wants(const Catalog& catalog, const StreamInfo& stream, const FieldSchema& field) const {
  if (pattern_.empty() || glob_match(pattern_, field.name)) return true;
  const std::string& message = stream.row->name;
  const std::string in_message = message + "." + field.name;
  if (glob_match(pattern_, message) || glob_match(pattern_, in_message)) return true;
  if (!stream.channel) return false;
  const std::string channel = catalog.channels[*stream.channel].alias + ":";
  return glob_match(pattern_, channel + message) || glob_match(pattern_, channel + in_message);
}

}  // namespace cantrail::encode
