#include "model/stream_pattern.hpp"

#include "base/text.hpp"

namespace cantrail {

StreamPattern::StreamPattern(std::string_view text) {
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    channel_ = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const std::size_t dot = text.find('.');
  stream_ = text.substr(0, dot);
  if (dot != std::string_view::npos) field_ = text.substr(dot + 1);
}

bool StreamPattern::matches(const Catalog& catalog, const StreamInfo& stream) const {
  if (!glob_match(stream_, stream.row->name)) return false;
  if (channel_.empty()) return true;
  return stream.channel && glob_match(channel_, catalog.channels[*stream.channel].alias);
}

bool StreamPattern::matches_field(std::string_view field) const {
  return field_.empty() || glob_match(field_, field);
}

}  // namespace cantrail
