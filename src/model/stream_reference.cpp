#include "model/stream_reference.hpp"

#include <algorithm>
#include <vector>

#include "base/quoted.hpp"
#include "base/text.hpp"
#include "model/stream_pattern.hpp"

namespace cantrail {
namespace {

std::string_view channel_of(const Catalog& catalog, const StreamInfo& stream) {
  return stream.channel ? std::string_view(catalog.channels[*stream.channel].alias) : std::string_view();
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names) {
  const auto near = nearest(word, names);
  return near ? "; did you mean '" + *near + "'?" : std::string();
}

Fault none(std::string message) {
  return {FaultKind::config, std::move(message)};
}

std::vector<std::string> stream_names(const Catalog& catalog, std::string_view channel) {
  std::vector<std::string> names;
  for (const StreamInfo& stream : catalog.streams) {
    if (channel.empty() || channel_of(catalog, stream) == channel) names.push_back(stream.row->name);
  }
  return names;
}

// Why no stream has that field.
Fault nothing_found(const Catalog& catalog, const StreamReference& wanted) {
  std::vector<std::string> channels, fields;
  bool has_channel = wanted.channel.empty(), has_stream = false;
  for (const ChannelInfo& channel : catalog.channels) {
    channels.push_back(channel.alias);
    has_channel = has_channel || channel.alias == wanted.channel;
  }
  if (!has_channel) {
    return none("there is no channel " + quoted(wanted.channel) + did_you_mean(wanted.channel, channels));
  }
  for (const StreamInfo& stream : catalog.streams) {
    const bool here = wanted.channel.empty() || channel_of(catalog, stream) == wanted.channel;
    if (!here || stream.replaced || stream.row->name != wanted.stream) continue;
    has_stream = true;
    for (const FieldSchema& field : stream.row->fields) fields.push_back(field.name);
  }
  if (!has_stream) {
    return none("there is no stream " + quoted(wanted.stream) +
                did_you_mean(wanted.stream, stream_names(catalog, wanted.channel)));
  }
  return none("stream " + quoted(wanted.stream) + " has no field " + quoted(wanted.field) +
              did_you_mean(wanted.field, fields));
}

}  // namespace

StreamReference split_reference(std::string_view text) {
  StreamReference parts;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    parts.channel = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const std::size_t dot = std::min(text.find('.'), text.size());
  parts.stream = text.substr(0, dot);
  if (dot != text.size()) parts.field = text.substr(dot + 1);
  return parts;
}

Result<FieldPlace> resolve_field(const Catalog& catalog, std::string_view text) {
  const StreamReference wanted = split_reference(text);
  if (wanted.stream.empty() || wanted.field.empty()) {
    return none("'" + printable(text) + "' names no field: write [channel:]Stream.field");
  }
  std::vector<FieldPlace> places;
  std::string names;
  for (StreamId id = 0; id < catalog.streams.size(); ++id) {
    const StreamInfo& stream = catalog.streams[id];
    if (stream.replaced || stream.row->name != wanted.stream) continue;
    if (!wanted.channel.empty() && channel_of(catalog, stream) != wanted.channel) continue;
    const auto field = stream.row->field(wanted.field);
    if (!field) continue;
    places.push_back({id, *field});
    names += (names.empty() ? "" : ", ") + catalog.qualified_name(id) + "." + std::string(wanted.field);
  }
  if (places.size() == 1) return places.front();
  if (places.empty()) return nothing_found(catalog, wanted);
  return none("'" + printable(text) + "' is ambiguous: " + names);
}

bool fits_any(std::string_view pattern, const Catalog& catalog) {
  const StreamPattern wanted(pattern);
  return std::any_of(catalog.streams.begin(), catalog.streams.end(), [&](const StreamInfo& stream) {
    if (!wanted.matches(catalog, stream)) return false;
    const auto& fields = stream.row->fields;
    return !wanted.names_field() || std::any_of(fields.begin(), fields.end(), [&](const FieldSchema& field) {
      return wanted.matches_field(field.name);
    });
  });
}

std::optional<std::string> nearest_stream(std::string_view pattern, const Catalog& catalog) {
  const StreamReference parts = split_reference(pattern);
  std::vector<std::string> names;
  for (StreamId id = 0; id < catalog.streams.size(); ++id) {
    const RowSchema& row = *catalog.streams[id].row;
    const std::string name = parts.channel.empty() ? row.name : catalog.qualified_name(id);
    if (parts.field.empty()) {
      names.push_back(name);
    } else {
      for (const FieldSchema& field : row.fields) names.push_back(name + "." + field.name);
    }
  }
  return nearest(pattern, names);
}

}  // namespace cantrail
