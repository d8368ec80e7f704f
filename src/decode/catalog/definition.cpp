#include "decode/catalog/definition.hpp"

#include <limits>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "decode/catalog/row_definition.hpp"
#include "decode/catalog/signal_definition.hpp"

namespace cantrail {
namespace {

namespace json = boost::json;

constexpr int kVersion = 1;
// A catalog without is from before J1939 and transport protocols were known; 1: without
// VehicleIdentification.
constexpr int kProtocols = 2;

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

json::array copies_json(const std::vector<dbc::MessageCopies>& copies) {
  json::array rules;
  for (const dbc::MessageCopies& rule : copies) {
    json::array only, list;
    for (const std::string& pattern : rule.only) only.emplace_back(as_utf8(pattern));
    for (const dbc::MessageCopy& copy : rule.copies) {
      json::array labels;
      for (const auto& [name, value] : copy.labels)
        labels.push_back(json::array{as_utf8(name), as_utf8(value)});
      list.push_back(json::object{
          {"number", copy.number}, {"suffix", as_utf8(copy.suffix)}, {"labels", std::move(labels)}});
    }
    rules.push_back(json::object{{"name", as_utf8(rule.name)},
                                 {"step", rule.step},
                                 {"base", rule.base},
                                 {"only", std::move(only)},
                                 {"copies", std::move(list)}});
  }
  return rules;
}

json::array aliases_json(const std::vector<dbc::NameAlias>& aliases) {
  json::array all;
  for (const dbc::NameAlias& alias : aliases) {
    all.push_back(json::array{as_utf8(alias.old_name), as_utf8(alias.new_name)});
  }
  return all;
}

// Of two texts.
std::optional<std::pair<std::string, std::string>> read_pair(const json::value& value) {
  const json::array* pair = value.if_array();
  if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_string()) {
    return std::nullopt;
  }
  return std::pair(std::string((*pair)[0].get_string()), std::string((*pair)[1].get_string()));
}

std::optional<dbc::NameAlias> read_alias(const json::value& value) {
  auto names = read_pair(value);
  if (!names) return std::nullopt;
  dbc::NameAlias alias{std::move(names->first), std::move(names->second)};
  if (!dbc::is_of_one_kind(alias)) return std::nullopt;
  return alias;
}

std::optional<std::int64_t> integer_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

std::optional<dbc::MessageCopy> read_copy(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return std::nullopt;
  const auto number = integer_of(*object, "number");
  const auto suffix = text_of(value, "suffix");
  const json::array* labels = array_of(*object, "labels");
  if (!number || !suffix || labels == nullptr) return std::nullopt;
  dbc::MessageCopy copy{*number, *suffix, {}};
  for (const json::value& label : *labels) {
    auto pair = read_pair(label);
    if (!pair) return std::nullopt;
    copy.labels.push_back(std::move(*pair));
  }
  return copy;
}

std::optional<dbc::MessageCopies> read_rule(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return std::nullopt;
  const auto name = text_of(value, "name");
  const auto step = integer_of(*object, "step"), base = integer_of(*object, "base");
  const json::array *only = array_of(*object, "only"), *copies = array_of(*object, "copies");
  if (!name || !step || !base || only == nullptr || copies == nullptr) return std::nullopt;
  dbc::MessageCopies rule{*name, *step, *base, {}, {}};
  for (const json::value& pattern : *only) {
    if (!pattern.is_string()) return std::nullopt;
    rule.only.emplace_back(pattern.get_string());
  }
  for (const json::value& entry : *copies) {
    auto copy = read_copy(entry);
    if (!copy) return std::nullopt;
    rule.copies.push_back(std::move(*copy));
  }
  return rule;
}

json::array write_streams(const CatalogSpec& spec) {
  json::array streams;
  for (const StreamSpec& stream : spec.streams) {
    streams.push_back(json::object{{"source", stream.source},
                                   {"channel", stream.channel ? json::value(*stream.channel) : json::value()},
                                   {"after_channels", stream.after_channels},
                                   {"row", write_row_definition(*stream.row)}});
  }
  return streams;
}

bool read_stream(const json::value& value, CatalogSpec& spec) {
  const json::object* object = value.if_object();
  const json::value* row = object != nullptr ? object->if_contains("row") : nullptr;
  const json::value* channel = object != nullptr ? object->if_contains("channel") : nullptr;
  if (row == nullptr || channel == nullptr) return false;
  StreamSpec stream;
  const auto source = index_of(object->if_contains("source"), spec.sources.size());
  const auto after = index_of(object->if_contains("after_channels"), spec.channels.size() + 1);
  stream.row = read_row_definition(*row);
  if (!source || !after || stream.row == nullptr) return false;
  if (!spec.streams.empty() && spec.streams.back().after_channels > *after) return false;
  if (!channel->is_null()) {
    const auto index = index_of(channel, spec.channels.size());
    if (!index) return false;
    stream.channel = static_cast<ChannelId>(*index);
  }
  stream.source = static_cast<SourceId>(*source);
  stream.after_channels = *after;
  spec.streams.push_back(std::move(stream));
  return true;
}

}  // namespace

std::string write_copies(const std::vector<dbc::MessageCopies>& copies) {
  return copies.empty() ? std::string() : json::serialize(copies_json(copies));
}

std::string write_aliases(const std::vector<dbc::NameAlias>& aliases) {
  return aliases.empty() ? std::string() : json::serialize(aliases_json(aliases));
}

std::string write_definition(const CatalogSpec& spec) {
  json::array sources, dbcs, channels;
  for (const SourceInfo& source : spec.sources) {
    sources.push_back(json::object{{"name", as_utf8(source.name)}, {"type", as_utf8(source.type)}});
  }
  for (const DbcText& dbc : spec.dbcs) {
    dbcs.push_back(json::object{{"name", as_utf8(dbc.name)}, {"text", as_utf8(dbc.text)}});
  }
  for (const ChannelInfo& channel : spec.channels) {
    channels.push_back(json::object{{"alias", as_utf8(channel.alias)},
                                    {"source", channel.source},
                                    {"dbcs", json::array(channel.dbcs.begin(), channel.dbcs.end())}});
  }
  json::object definition{{"cantrail_catalog", kVersion},
                          {"sources", std::move(sources)},
                          {"dbcs", std::move(dbcs)},
                          {"channels", std::move(channels)}};
  if (spec.protocols) definition["protocols"] = spec.identification ? kProtocols : kProtocols - 1;
  if (!spec.copies.empty()) definition["copies"] = copies_json(spec.copies);
  if (!spec.aliases.empty()) definition["aliases"] = aliases_json(spec.aliases);
  if (!spec.streams.empty()) definition["streams"] = write_streams(spec);
  if (!spec.signals.empty()) {
    json::array signals;
    for (const derive::SignalSpec& signal : spec.signals) signals.push_back(write_signal_definition(signal));
    definition["signals"] = std::move(signals);
  }
  return json::serialize(definition);
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
  const json::value* protocols = object->if_contains("protocols");
  spec.protocols = protocols != nullptr;
  spec.identification = protocols != nullptr && protocols->is_int64() && protocols->get_int64() >= kProtocols;
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
  if (const json::value* copies = object->if_contains("copies")) {
    const json::array* rules = copies->if_array();
    if (rules == nullptr) return corrupt("copies are no list");
    for (const json::value& value : *rules) {
      auto rule = read_rule(value);
      if (!rule) return corrupt("a rule for copies is incomplete");
      spec.copies.push_back(std::move(*rule));
    }
  }
  if (object->contains("aliases")) {
    const json::array* aliases = array_of(*object, "aliases");
    if (aliases == nullptr) return corrupt("aliases are no list");
    for (const json::value& value : *aliases) {
      auto alias = read_alias(value);
      if (!alias) return corrupt("an alias is incomplete");
      spec.aliases.push_back(std::move(*alias));
    }
  }
  if (object->contains("streams")) {
    const json::array* streams = array_of(*object, "streams");
    if (streams == nullptr) return corrupt("a list is missing");
    for (const json::value& stream : *streams) {
      if (!read_stream(stream, spec)) return corrupt("a stream is incomplete");
    }
  }
  if (object->contains("signals")) {
    const json::array* signals = array_of(*object, "signals");
    if (signals == nullptr) return corrupt("a list is missing");
    for (const json::value& value : *signals) {
      auto signal = read_signal_definition(value);
      if (!signal) return corrupt("a named signal is incomplete");
      spec.signals.push_back(std::move(*signal));
    }
  }
  return spec;
}

}  // namespace cantrail
