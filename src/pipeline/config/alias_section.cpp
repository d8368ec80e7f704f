#include <algorithm>

#include "base/text.hpp"
#include "model/stream_reference.hpp"
#include "pipeline/config/named_sections.hpp"

namespace cantrail {
namespace {

void add_entries(const ConfigTable& table, const std::string& before, std::vector<AliasEntry>& all) {
  for (const ConfigEntry& entry : table.entries) {
    const std::string name = before + entry.key;
    if (entry.value.table() != nullptr) {
      add_entries(*entry.value.table(), name + ".", all);
    } else {
      all.push_back({name, entry.where, &entry.value});
    }
  }
}

void read_one(ConfigSections& sections, const AliasEntry& entry, std::vector<Alias>& aliases) {
  const std::string subject = "'" + printable(entry.old_name) + "' in [alias]";
  const std::string* text = entry.value->string();
  if (text == nullptr || split_reference(*text).stream.empty()) {
    return sections.error(
        entry.value->where,
        subject + " must be the name it has now, in quotes: a message of the DBC, or Message.signal");
  }
  const StreamReference old_name = split_reference(entry.old_name), new_name = split_reference(*text);
  const bool is_field = !new_name.field.empty();
  if (is_field != !old_name.field.empty()) {
    sections.error(entry.value->where, subject + " must be, like '" + printable(*text) + "', a " +
                                           (is_field ? "field" : "stream"));
  } else if (!is_identifier(old_name.stream) || (is_field && !is_identifier(old_name.field))) {
    sections.error(entry.where, subject + " cannot be a name: use letters, digits and '_', as in " +
                                    (is_field ? "\"Battery.soc\"" : "Battery"));
  } else if (old_name.channel != new_name.channel) {
    sections.error(entry.where, subject + " and '" + printable(*text) +
                                    "' must say the same channel, or both none: then it is every one");
  } else if (std::any_of(aliases.begin(), aliases.end(),
                         [&](const Alias& known) { return known.old_name == entry.old_name; })) {
    sections.error(entry.where, subject + " stands there twice: one name is one thing");
  } else {
    aliases.push_back({entry.old_name, *text, entry.where});
  }
}

}  // namespace

std::vector<AliasEntry> alias_entries(const ConfigTable& alias) {
  std::vector<AliasEntry> all;
  add_entries(alias, "", all);
  return all;
}

std::string hint_of_known_name(const std::vector<Alias>& aliases, std::string_view reference) {
  const auto known = dbc::known_name(aliases, reference);
  return known ? "; [alias] calls it '" + printable(*known) + "'" : std::string();
}

void read_aliases(ConfigSections& sections, NodeConfig& config) {
  sections.put_on_record(
      {"alias",
       "Names that users of the data know, and what the DBC calls the same things now",
       {{},
        LanguageEntries{.called = "OLD_NAME",
                        .sense = "The name that the DBC has now: a message, or Message.signal",
                        .text = true,
                        .nested = true}}});
  const ConfigTable& table = sections.claim("alias");
  for (const AliasEntry& entry : alias_entries(table)) read_one(sections, entry, config.aliases);
  sections.take_as_it_is(table);
}

}  // namespace cantrail
