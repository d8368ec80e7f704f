#include "pipeline/config/alias_check.hpp"

#include <algorithm>

#include "base/quoted.hpp"
#include "base/text.hpp"
#include "decode/dbc/copies.hpp"
#include "model/stream_reference.hpp"

namespace cantrail {
namespace {

std::string stream_part(const std::string& reference) {
  const StreamReference parts = split_reference(reference);
  return (parts.channel.empty() ? "" : std::string(parts.channel) + ":") + std::string(parts.stream);
}

std::string hint(const std::optional<std::string>& near) {
  return near ? "; did you mean '" + *near + "'?" : std::string();
}

std::string channel_of(const Catalog& catalog, StreamId stream) {
  const auto& channel = catalog.streams[stream].channel;
  return channel ? catalog.channels[*channel].alias : std::string();
}

// Of a frame's payload: not what the identifier says, nor what is computed.
bool is_signal(const RowSchema& row, std::string_view field) {
  const auto at = row.field(field);
  return at && row.fields[*at].layout;
}

}  // namespace

AliasCheck::AliasCheck(ConfigSections& sections, const NodeConfig& config, bool any_channel)
    : sections_(sections), config_(config), left_(config.aliases), any_channel_(any_channel) {
  const ConfigEntry* table = sections.root().find("alias");
  if (table != nullptr && table->value.table() != nullptr) entries_ = alias_entries(*table->value.table());
}

std::vector<Alias> AliasCheck::of_messages(const Catalog& plain) {
  return fitting(plain, Of::messages);
}

std::vector<Alias> AliasCheck::of_copies(const Catalog& copied) {
  return fitting(copied, Of::copies);
}

std::vector<Alias> AliasCheck::fitting(const Catalog& catalog, Of what) {
  std::vector<Alias> found, fit, later;
  std::vector<std::vector<StreamId>> messages;
  for (const Alias& alias : left_) {
    if (what == Of::messages && named(catalog, alias.new_name).empty()) {
      later.push_back(alias);
      continue;
    }
    std::vector<StreamId> streams;
    const std::string problem = problem_of_new_name(catalog, alias, what, streams);
    const auto same = std::find_if(found.begin(), found.end(),
                                   [&](const Alias& one) { return one.new_name == alias.new_name; });
    if (!problem.empty()) {
      error(alias, true, problem);
    } else if (same != found.end()) {
      error(
          alias, true,
          ": " + quoted(alias.new_name) + " is " + quoted(same->old_name) + " already; keep one of the two");
    } else {
      found.push_back(alias);
      messages.push_back(std::move(streams));
    }
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::string problem = problem_of_old_name(catalog, found[i], messages[i], found);
    if (problem.empty()) {
      fit.push_back(found[i]);
    } else {
      error(found[i], false, problem);
    }
  }
  left_ = std::move(later);
  accepted_.insert(accepted_.end(), found.begin(), found.end());
  return fit;
}

std::vector<StreamId> AliasCheck::named(const Catalog& catalog, const std::string& reference) const {
  const StreamReference wanted = split_reference(reference);
  std::vector<StreamId> streams;
  for (StreamId id = 0; id < catalog.streams.size(); ++id) {
    if (catalog.streams[id].row->name != wanted.stream) continue;
    if (is_on(wanted.channel, channel_of(catalog, id))) streams.push_back(id);
  }
  return streams;
}

std::string AliasCheck::problem_of_new_name(const Catalog& catalog, const Alias& alias, Of what,
                                            std::vector<StreamId>& messages) const {
  const StreamReference wanted = split_reference(alias.new_name);
  std::vector<StreamId> streams = named(catalog, alias.new_name);
  if (what == Of::copies) {
    std::erase_if(streams,
                  [&](StreamId id) { return catalog.streams[id].row->label(dbc::kTypeLabel) == nullptr; });
  }
  if (streams.empty()) {
    const bool is_alias = std::any_of(accepted_.begin(), accepted_.end(), [&](const Alias& one) {
      return split_reference(one.old_name).stream == wanted.stream;
    });
    const std::string name = stream_part(alias.new_name);
    if (is_named_signal(name)) {
      return ": " + quoted(name) + " is a named signal, and is called in [signal] what it shall be called";
    }
    if (is_alias) {
      return ": " + quoted(name) + " is what [alias] itself calls something: write the name that the DBC has";
    }
    return ": there is no stream " + quoted(name) + hint(nearest_stream(name, catalog));
  }
  for (const StreamId id : streams) {
    if (catalog.streams[id].row->can_id) messages.push_back(id);
  }
  if (messages.empty()) {
    return ": " + quoted(wanted.stream) + " comes from source " +
           printable(catalog.sources[catalog.streams[streams.front()].source].name) +
           " itself; an alias is of a message or signal of a DBC";
  }
  if (wanted.field.empty()) return {};
  std::vector<std::string> signals;
  for (const StreamId id : messages) {
    const RowSchema& row = *catalog.streams[id].row;
    if (is_signal(row, wanted.field)) return {};
    for (const FieldSchema& field : row.fields) {
      if (field.layout) signals.push_back(field.name);
    }
  }
  return ": message " + quoted(wanted.stream) + " has no signal " + quoted(wanted.field) +
         hint(nearest(wanted.field, signals));
}

std::string AliasCheck::problem_of_old_name(const Catalog& catalog, const Alias& alias,
                                            const std::vector<StreamId>& messages,
                                            const std::vector<Alias>& aliases) const {
  const StreamReference old_name = split_reference(alias.old_name),
                        new_name = split_reference(alias.new_name);
  if (old_name.field.empty() && is_named_signal(old_name.stream)) {
    return " is the name of a named signal: it cannot be that of something else";
  }
  const std::string remedy = ": it cannot be the old name of something else, unless that has an alias too";
  for (const StreamId message : messages) {
    const std::string channel = channel_of(catalog, message);
    if (!old_name.field.empty()) {
      const std::string in_dbc(new_name.stream), field(old_name.field);
      const Alias* of_message = alias_of(aliases, channel, in_dbc);
      const std::string_view known =
          of_message != nullptr ? split_reference(of_message->old_name).stream : new_name.stream;
      if (old_name.stream != known) {
        return " is of another message than " + quoted(alias.new_name) + ": write \"" + printable(known) +
               "." + field + "\"" +
               (of_message != nullptr ? ""
                                      : ", or give the message an alias too: " +
                                            std::string(old_name.stream) + " = \"" + in_dbc + "\"");
      }
      const bool is_there = catalog.streams[message].row->field(field).has_value();
      if (is_there && alias_of(aliases, channel, in_dbc + "." + field) == nullptr) {
        return " is the name of a signal that is there" + remedy;
      }
      continue;
    }
    for (StreamId id = 0; id < catalog.streams.size(); ++id) {
      const StreamInfo& other = catalog.streams[id];
      if (other.channel != catalog.streams[message].channel || other.row->name != old_name.stream) continue;
      if (alias_of(aliases, channel, other.row->name) != nullptr) continue;
      return " is the name of " + quoted(catalog.qualified_name(id)) + ", which is there" + remedy;
    }
  }
  return {};
}

const Alias* AliasCheck::alias_of(const std::vector<Alias>& aliases, std::string_view channel,
                                  const std::string& new_name) const {
  const auto at = std::find_if(aliases.begin(), aliases.end(), [&](const Alias& alias) {
    const std::string_view said = split_reference(alias.new_name).channel;
    const std::string_view name = std::string_view(alias.new_name).substr(said.empty() ? 0 : said.size() + 1);
    return name == new_name && is_on(said, channel);
  });
  return at != aliases.end() ? &*at : nullptr;
}

bool AliasCheck::is_named_signal(std::string_view name) const {
  const auto& signals = config_.signal.signals;
  return std::any_of(signals.begin(), signals.end(),
                     [&](const NamedSignal& signal) { return signal.name == name; });
}

bool AliasCheck::is_on(std::string_view said, std::string_view channel) const {
  return any_channel_ || said.empty() || said == channel;
}

void AliasCheck::error(const Alias& alias, bool of_new_name, const std::string& what) {
  SourceLocation where = alias.where;
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const AliasEntry& one) { return one.old_name == alias.old_name; });
  if (of_new_name && entry != entries_.end()) where = entry->value->where;
  sections_.error(where, quoted(alias.old_name) + " in [alias]" + what);
}

}  // namespace cantrail
