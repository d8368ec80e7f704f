#include "pipeline/config/stream_check.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "decode/catalog/catalog_compiler.hpp"
#include "model/stream_reference.hpp"
#include "model/stream_selection.hpp"
#include "pipeline/config/alias_check.hpp"
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
  std::vector<Alias> aliases = {};
};

// As if they were of every channel: those that there will be are not known yet.
std::vector<Alias> without_channels(std::vector<Alias> aliases) {
  for (Alias& alias : aliases) {
    alias.old_name = without_channel(alias.old_name);
    alias.new_name = without_channel(alias.new_name);
  }
  return aliases;
}

bool any_learns_channels(const NodeConfig& config) {
  return std::any_of(config.sources.begin(), config.sources.end(), learns_channels);
}

CompiledCatalogPtr compile(CatalogCompiler& compiler, const NodeConfig& config, Beside beside,
                           Diagnostics& found) {
  CatalogSpec spec;
  for (const SourceSection& source : config.sources) {
    if (source.enabled) add_source(spec, source);
  }
  if (beside.copies) spec.copies = config.copies;
  spec.aliases =
      any_learns_channels(config) ? without_channels(std::move(beside.aliases)) : std::move(beside.aliases);
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
    any_channel_ = any_learns_channels(config);
    Diagnostics of_dbcs, others;  // the DBCs' own are told by who reads them
    const CatalogPtr plain = compile(compiler_, config, {}, of_dbcs)->catalog;
    AliasCheck check(sections, config, any_channel_);
    aliases_ = check.of_messages(*plain);
    described_ = compile(compiler_, config, {.aliases = aliases_}, others)->catalog;
    const CatalogPtr named =
        compile(compiler_, config, {.copies = true, .aliases = aliases_}, others)->catalog;
    const std::vector<Alias> of_copies = check.of_copies(*named);
    aliases_.insert(aliases_.end(), of_copies.begin(), of_copies.end());
    copied_ = compile(compiler_, config, {.copies = true, .aliases = aliases_}, others)->catalog;
    catalog_ =
        compile(compiler_, config, {.copies = true, .signals = true, .aliases = aliases_}, others)->catalog;
    std::set<std::string> told;
    for (const Diagnostic& one : of_dbcs) told.insert(to_string(one));
    for (const Diagnostic& one : others) {
      if (told.insert(to_string(one)).second) sections.found.push_back(one);
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
        sections_.error(mention.where, mention.subject + ": " + why_not(text, place.fault()));
      }
    } else if (!fits_any(text, *catalog_)) {
      const std::string by_alias = hint_of_alias(text);
      const auto near = by_alias.empty() ? nearest_stream(text, *catalog_) : std::nullopt;
      sections_.warning(mention.where, mention.subject + ": \"" + printable(mention.text) +
                                           "\" fits no stream of this node" + by_alias +
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

 private:
  [[nodiscard]] std::string hint_of_alias(const std::string& text) const {
    return hint_of_known_name(aliases_, text);
  }

  [[nodiscard]] std::string why_not(const std::string& text, const Fault& fault) const {
    const std::string hint = hint_of_alias(text);
    return hint.empty() ? fault.message : "there is no '" + printable(text) + "'" + hint;
  }

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
    if (!place) return sections_.error(mention.where, mention.subject + ": " + why_not(text, place.fault()));
    const Catalog& catalog = resolve_field(*copied_, text) ? *copied_ : *described_;
    const FieldType type = catalog.streams[place->stream].row->fields[place->field].type;
    if (holds_bytes(type)) {
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
  CatalogCompiler compiler_;
  std::vector<Alias> aliases_;  // that fit
  CatalogPtr catalog_;          // that the node begins with
  CatalogPtr copied_;           // the same without named signals
  CatalogPtr described_;        // the same without copies, too
  bool any_channel_ = false;
};

}  // namespace

CompiledCatalogPtr compiled_catalog(const NodeConfig& config, Diagnostics& found) {
  CatalogCompiler compiler;
  return compile(compiler, config, {.copies = true, .signals = true, .aliases = config.aliases}, found);
}

void check_streams(ConfigSections& sections, const NodeConfig& config, bool dbcs_are_whole) {
  if (!dbcs_are_whole) return;
  StreamCheck check(sections, config);
  for (const StreamMention& mention : sections.mentions()) check.mention(mention);
  if (const ConfigEntry* copies = sections.root().find("copies"); !config.copies.empty()) {
    check.copies(*copies->value.table());
  }
  const ConfigPlaces places(sections.root());
  for (const SinkSection& sink : config.sinks) check.sight(sink, places);
}

}  // namespace cantrail
