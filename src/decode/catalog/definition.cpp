#include "decode/catalog/definition.hpp"

#include <limits>

#include <boost/json.hpp>

#include "base/text.hpp"

namespace cantrail {
namespace {

namespace json = boost::json;

constexpr int kVersion = 1;

std::string utf8(const std::string& text) {
  return is_valid_utf8(text) ? text : cp1252_to_utf8(text);
}

Fault corrupt(const std::string& what) {
  return Fault{FaultKind::corrupt, "a stored catalog cannot be read: " + what};
}

// Small readers that tell what is missing instead of throwing.
const json::array* array_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr ? value->if_array() : nullptr;
}

std::optional<std::string> text_of(const json::value& value, std::string_view key) {
  const json::object* object = value.if_object();
  const json::value* found = object != nullptr ? object->if_contains(key) : nullptr;
  const json::string* text = found != nullptr ? found->if_string() : nullptr;
  if (text == nullptr) return std::nullopt;
  return std::string(text->data(), text->size());
}

std::optional<std::uint32_t> index_of(const json::value* value, std::size_t count) {
  const std::int64_t* number = value != nullptr ? value->if_int64() : nullptr;
  if (number == nullptr || *number < 0 || static_cast<std::uint64_t>(*number) >= count) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

std::optional<ChannelInfo> read_channel(const json::value& value, const CatalogSpec& spec) {
  const auto alias = text_of(value, "alias");
  if (!alias) return std::nullopt;
  const json::object& object = value.get_object();
  const auto source = index_of(object.if_contains("source"), spec.sources.size());
  const json::array* dbcs = array_of(object, "dbcs");
  if (!source || dbcs == nullptr) return std::nullopt;
  ChannelInfo channel{*alias, static_cast<SourceId>(*source), {}};
  for (const json::value& entry : *dbcs) {
    const auto dbc = index_of(&entry, spec.dbcs.size());
    if (!dbc) return std::nullopt;
    channel.dbcs.push_back(*dbc);
  }
  return channel;
}

}  // namespace

std::string write_definition(const CatalogSpec& spec) {
  json::array sources, dbcs, channels;
  for (const SourceInfo& source : spec.sources) {
    sources.push_back(json::object{{"name", utf8(source.name)}, {"type", utf8(source.type)}});
  }
  for (const DbcText& dbc : spec.dbcs) {
    dbcs.push_back(json::object{{"name", utf8(dbc.name)}, {"text", utf8(dbc.text)}});
  }
  for (const ChannelInfo& channel : spec.channels) {
    channels.push_back(json::object{{"alias", utf8(channel.alias)},
                                    {"source", channel.source},
                                    {"dbcs", json::array(channel.dbcs.begin(), channel.dbcs.end())}});
  }
  return json::serialize(json::object{{"cantrail_catalog", kVersion},
                                      {"sources", std::move(sources)},
                                      {"dbcs", std::move(dbcs)},
                                      {"channels", std::move(channels)}});
}

Result<CatalogSpec> read_definition(std::string_view definition) {
  boost::system::error_code error;
  const json::value document = json::parse(definition, error);
  if (error) return corrupt(error.message());
  const json::object* object = document.if_object();
  if (object == nullptr) return corrupt("it is no object");
  const json::value* version = object->if_contains("cantrail_catalog");
  if (version == nullptr || !version->is_int64() || version->get_int64() != kVersion) {
    return corrupt("its version is not one that this cantrail knows");
  }
  const json::array* sources = array_of(*object, "sources");
  const json::array* dbcs = array_of(*object, "dbcs");
  const json::array* channels = array_of(*object, "channels");
  if (sources == nullptr || dbcs == nullptr || channels == nullptr) return corrupt("a list is missing");

  CatalogSpec spec;
  for (const json::value& source : *sources) {
    const auto name = text_of(source, "name"), type = text_of(source, "type");
    if (!name || !type) return corrupt("a source is incomplete");
    spec.sources.push_back({*name, *type});
  }
  for (const json::value& dbc : *dbcs) {
    const auto name = text_of(dbc, "name"), text = text_of(dbc, "text");
    if (!name || !text) return corrupt("a DBC is incomplete");
    spec.dbcs.push_back({*name, *text});
  }
  for (const json::value& value : *channels) {
    auto channel = read_channel(value, spec);
    if (!channel) return corrupt("a channel is incomplete");
    spec.channels.push_back(std::move(*channel));
  }
  return spec;
}

}  // namespace cantrail
