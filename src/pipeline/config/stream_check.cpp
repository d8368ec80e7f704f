#include "pipeline/config/stream_check.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "decode/catalog/catalog_compiler.hpp"
#include "model/stream_reference.hpp"
#include "model/stream_selection.hpp"
#include "pipeline/config/config_places.hpp"
#include "pipeline/config/named_sections.hpp"

namespace cantrail {
namespace {

// A recording may turn out to have any channel.
bool learns_channels(const SourceSection& source) {
  return source.config != nullptr && source.config->has_channels() &&
         source.config->channels(source.name).empty();
}

void add_source(CatalogSpec& spec, const SourceSection& source) {
  const auto id = static_cast<SourceId>(spec.sources.size());
  spec.sources.push_back({source.name, source.type});
  std::vector<std::uint32_t> dbcs;
  for (const DbcText& dbc : source.dbcs) {
    dbcs.push_back(static_cast<std::uint32_t>(spec.dbcs.size()));
    spec.dbcs.push_back(dbc);
  }
  std::vector<std::string> channels;
  if (source.config != nullptr) channels = source.config->channels(source.name);
  const bool has_channels = source.config == nullptr || source.config->has_channels();
  if (channels.empty() && has_channels) channels.push_back(source.name);
  for (const std::string& channel : channels) spec.channels.push_back({channel, id, dbcs});
  const auto after = static_cast<std::uint32_t>(spec.channels.size());
  for (const auto& row : source.rows) spec.streams.push_back({id, std::nullopt, row, after});
}

// As the node names them: where a message of the channel has the name, "SOURCE/NAME".
void add_own_streams(CatalogSpec& spec, const NodeConfig& config, const Catalog& messages) {
  for (std::size_t i = 0; i < spec.channels.size(); ++i) {
    const auto channel = static_cast<ChannelId>(i);
    const SourceId id = spec.channels[i].source;
    const auto source =
        std::find_if(config.sources.begin(), config.sources.end(),
                     [&](const SourceSection& one) { return one.name == spec.sources[id].name; });
    if (source->config == nullptr) continue;
    for (const auto& row : source->config->streams()) {
      const bool taken = std::any_of(
          messages.streams.begin(), messages.streams.end(),
          [&](const StreamInfo& known) { return known.channel == channel && known.row->name == row->name; });
      auto named = std::make_shared<RowSchema>(*row);
      if (taken) named->name = source->name + "/" + row->name;
      spec.streams.push_back(
          {id, channel, std::move(named), static_cast<std::uint32_t>(spec.channels.size())});
    }
  }
}

std::string without_channel(const std::string& text) {
  const std::size_t colon = text.find(':');
  return colon == std::string::npos ? text : text.substr(colon + 1);
}

bool fits_one(const std::string& pattern, const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return glob_match(pattern, name); });
}

// What dbc::apply_copies() makes of the names.
std::vector<std::string> copied(const CopiesSection& section, const std::vector<std::string>& names) {
  std::vector<std::string> made;
  for (const std::string& name : names) {
    const bool meant = section.only.empty() ||
                       std::any_of(section.only.begin(), section.only.end(),
                                   [&](const std::string& pattern) { return glob_match(pattern, name); });
    if (!meant) made.push_back(name);
    for (const Copy& copy : section.copies) {
      if (meant) made.push_back(name + copy.suffix);
    }
  }
  return made;
}

// What of a configuration's catalog is wanted beside its messages.
struct Beside {
  bool copies = false, signals = false;
};

CompiledCatalogPtr compile(const NodeConfig& config, Beside beside, Diagnostics& found) {
  CatalogSpec spec;
  for (const SourceSection& source : config.sources) {
    if (source.enabled) add_source(spec, source);
  }
  if (beside.copies) spec.copies = config.copies;
  CatalogCompiler compiler;
  const auto messages = compiler.compile(spec, found);
  if (!messages) {
    auto none = std::make_shared<CompiledCatalog>();
    none->catalog = std::make_shared<Catalog>();
    return none;
  }
  add_own_streams(spec, config, *(*messages)->catalog);
  if (beside.signals) spec.signals = config.signal.signals;
  auto all = compiler.compile(spec, found);
  if (!all) {  // of the named signals one is none
    spec.signals.clear();
    all = compiler.compile(std::move(spec), found);
  }
  return all ? *all : *messages;
}

class StreamCheck {
 public:
  StreamCheck(ConfigSections& sections, const NodeConfig& config) : sections_(sections), config_(config) {
    any_channel_ = std::any_of(config.sources.begin(), config.sources.end(), learns_channels);
    Diagnostics of_dbcs, of_copies, told_again;  // the DBCs' own are told by who reads them
    described_ = compile(config, {}, of_dbcs)->catalog;
    copied_ = compile(config, {.copies = true}, told_again)->catalog;
    catalog_ = compile(config, {.copies = true, .signals = true}, of_copies)->catalog;
    for (const Diagnostic& one : of_copies) {
      const bool known = std::any_of(of_dbcs.begin(), of_dbcs.end(), [&](const Diagnostic& other) {
        return to_string(other) == to_string(one);
      });
      if (!known) sections.found.push_back(one);
    }
  }

  void mention(const StreamMention& mention) {
    const std::string text = known_part(mention.text);
    if (mention.of_signal && text.find('.') == std::string::npos) {
      named_signal(mention, text);
    } else if (mention.of_signal) {
      operand(mention, text);
    } else if (!mention.is_pattern) {
      if (const auto place = find(*catalog_, text); !place) {
        sections_.error(mention.where, mention.subject + ": " + place.fault().message);
      }
    } else if (!fits_any(text, *catalog_)) {
      const auto near = nearest_stream(text, *catalog_);
      sections_.warning(mention.where, mention.subject + ": \"" + printable(mention.text) +
                                           "\" fits no stream of this node" +
                                           (near ? "; did you mean '" + *near + "'?" : ""));
    }
  }

  // The patterns over messages that say which ones a section of copies is about: those of the DBCs and what
  // the sections before it have made of them.
  void copies(const ConfigTable& all) {
    std::vector<std::string> names;
    for (const StreamInfo& stream : described_->streams) {
      if (stream.row->can_id) names.push_back(stream.row->name);
    }
    for (const CopiesSection& section : config_.copies) {
      const ConfigEntry* entry = all.find(section.name);
      if (entry != nullptr && entry->value.table() != nullptr) copies_of(*entry->value.table(), names);
      names = copied(section, names);
    }
  }

  // What a sink waits for and its own lane leaves out.
  void sight(const SinkSection& sink, const ConfigPlaces& places) {
    const StreamSelection selection(sink.keys.only, sink.keys.except);
    if (sink.config == nullptr || selection.takes_all()) return;
    for (const auto& [option, text] : sink.config->looks_at()) {
      if (!is_left_out(selection, text)) continue;
      sections_.warning(places.of("sink." + sink.name, option + ":"),
                        "'" + option + "' in [sink." + printable(sink.name) + "]: '" + printable(text) +
                            "' never comes to this sink, as its 'only' or 'except' leaves it out; let it "
                            "through, or take the condition out");
    }
  }

  void alias(const AliasEntry& entry) {
    const std::string* new_name = entry.value->string();
    if (new_name == nullptr) return;
    const bool is_field = !split_reference(*new_name).field.empty();
    const std::string subject = "'" + printable(entry.old_name) + "' in [alias]";
    if (is_field != !split_reference(entry.old_name).field.empty()) {
      sections_.error(entry.value->where, subject + " must be, like '" + printable(*new_name) + "', a " +
                                              (is_field ? "field" : "stream"));
    } else if (is_field) {
      if (const auto place = find(*catalog_, known_part(*new_name)); !place) {
        sections_.error(entry.value->where, subject + ": " + place.fault().message);
      }
    } else if (!has_stream(*new_name)) {
      const auto near = nearest_stream(*new_name, *catalog_);
      sections_.error(entry.value->where, subject + ": there is no stream '" + printable(*new_name) + "'" +
                                              (near ? "; did you mean '" + *near + "'?" : ""));
    }
    const bool still_there =
        is_field ? find(*catalog_, known_part(entry.old_name)).ok() : has_stream(entry.old_name);
    if (still_there) {
      sections_.error(entry.where, subject +
                                       " is the name of something that the DBC has: it cannot be the "
                                       "old name of something else");
    }
  }

 private:
  // A field as the DBC has it, which stands for each of its copies, or one of a copy.
  [[nodiscard]] Result<FieldPlace> find(const Catalog& catalog, const std::string& text) const {
    const auto copied = resolve_field(catalog, text);
    return copied ? copied : resolve_field(*described_, text);
  }

  void named_signal(const StreamMention& mention, const std::string& text) {
    if (has_stream(text)) return;
    const auto near = nearest_stream(text, *catalog_);
    sections_.error(mention.where,
                    mention.subject + ": '" + printable(text) + "' is no signal" +
                        (near ? "; did you mean '" + *near + "'?" : ": a field is written Stream.field"));
  }

  // What a named signal is computed of.
  void operand(const StreamMention& mention, const std::string& text) {
    const auto place = find(*copied_, text);
    if (!place) return sections_.error(mention.where, mention.subject + ": " + place.fault().message);
    const Catalog& catalog = resolve_field(*copied_, text) ? *copied_ : *described_;
    const FieldType type = catalog.streams[place->stream].row->fields[place->field].type;
    if (type == FieldType::text || type == FieldType::blob) {
      sections_.error(mention.where, mention.subject + ": '" + printable(mention.text) + "' is " +
                                         std::string(to_string(type)) + ", and a named signal is a number");
    }
  }

  void copies_of(const ConfigTable& section, const std::vector<std::string>& names) {
    const ConfigEntry* only = section.find("only");
    if (only == nullptr) return;
    const auto* list = std::get_if<std::vector<ConfigValue>>(&only->value.value);
    for (const ConfigValue& value : list != nullptr ? *list : std::vector{only->value}) {
      const std::string* pattern = value.string();
      if (pattern == nullptr || fits_one(*pattern, names)) continue;
      const auto near = nearest(*pattern, names);
      sections_.warning(value.where, "'only' in [" + section.path + "]: \"" + printable(*pattern) +
                                         "\" fits no message of the DBCs" +
                                         (near ? "; did you mean '" + *near + "'?" : ""));
    }
  }

  // Of all streams that the field can be of; one that is of none is told elsewhere.
  [[nodiscard]] bool is_left_out(const StreamSelection& selection, const std::string& text) const {
    const std::string operand = known_part(text);
    const StreamReference parts = split_reference(operand);
    const bool is_signal = operand.find('.') == std::string::npos;
    bool known = false;
    for (const StreamInfo& stream : catalog_->streams) {
      if (stream.replaced || stream.row->name != (is_signal ? operand : parts.stream)) continue;
      const bool elsewhere = !is_signal && !parts.channel.empty() &&
                             (!stream.channel || catalog_->channels[*stream.channel].alias != parts.channel);
      const auto field = is_signal ? std::optional<std::size_t>(0) : stream.row->field(parts.field);
      if (elsewhere || !field) continue;
      known = true;
      const std::vector<std::size_t> kept = selection.fields_of(*catalog_, stream).kept;
      if (std::find(kept.begin(), kept.end(), *field) != kept.end()) return false;
    }
    return known;
  }

  // Without the channel, where any may come.
  [[nodiscard]] std::string known_part(const std::string& text) const {
    return any_channel_ ? without_channel(text) : text;
  }

  [[nodiscard]] bool has_stream(const std::string& name) const {
    const StreamReference parts = split_reference(name);
    for (const CatalogPtr& catalog : {catalog_, described_}) {
      for (StreamId id = 0; id < catalog->streams.size(); ++id) {
        if (catalog->qualified_name(id) == name) return true;
        const bool any = parts.channel.empty() || any_channel_;
        if (any && catalog->streams[id].row->name == parts.stream) return true;
      }
    }
    return false;
  }

  ConfigSections& sections_;
  const NodeConfig& config_;
  CatalogPtr catalog_;    // that the node begins with
  CatalogPtr copied_;     // the same without named signals
  CatalogPtr described_;  // the same without copies, too
  bool any_channel_ = false;
};

// Read and checked, and without effect: that must not pass in silence.
void name_what_is_not_done(ConfigSections& sections, const NodeConfig& config) {
  const auto section = [&](const char* name) { return sections.root().find(name)->where; };
  std::string aliases;
  for (const Alias& alias : config.alias.aliases) aliases += (aliases.empty() ? "" : ", ") + alias.old_name;
  if (!aliases.empty()) {
    sections.warning(section("alias"), "aliases are not applied by this build: " + aliases);
  }
}

}  // namespace

CompiledCatalogPtr compiled_catalog(const NodeConfig& config, Diagnostics& found) {
  return compile(config, {.copies = true, .signals = true}, found);
}

void check_streams(ConfigSections& sections, const NodeConfig& config, bool dbcs_are_whole) {
  name_what_is_not_done(sections, config);
  if (!dbcs_are_whole) return;
  StreamCheck check(sections, config);
  for (const StreamMention& mention : sections.mentions()) check.mention(mention);
  if (const ConfigEntry* copies = sections.root().find("copies"); !config.copies.empty()) {
    check.copies(*copies->value.table());
  }
  const ConfigPlaces places(sections.root());
  for (const SinkSection& sink : config.sinks) check.sight(sink, places);
  const ConfigEntry* alias = sections.root().find("alias");
  if (alias == nullptr || alias->value.table() == nullptr) return;
  for (const AliasEntry& entry : alias_entries(*alias->value.table())) check.alias(entry);
}

}  // namespace cantrail
