#include "base/text.hpp"
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

}  // namespace

std::vector<AliasEntry> alias_entries(const ConfigTable& alias) {
  std::vector<AliasEntry> all;
  add_entries(alias, "", all);
  return all;
}

void read_aliases(ConfigSections& sections, NodeConfig& config) {
  sections.put_on_record(
      {"alias",
       "Names that users of the data know, and what they are called now",
       {{},
        LanguageEntries{.called = "OLD_NAME",
                        .sense = "The name that the DBC has now: a stream, or Stream.field",
                        .text = true,
                        .nested = true}}});
  const ConfigTable& table = sections.claim("alias");
  for (const AliasEntry& entry : alias_entries(table)) {
    const std::string* new_name = entry.value->string();
    if (new_name == nullptr) {
      sections.error(entry.value->where, "'" + printable(entry.old_name) +
                                             "' in [alias] must be the name it has now, in quotes: a stream, "
                                             "or Stream.field");
    } else {
      config.alias.aliases.push_back({entry.old_name, *new_name});
    }
  }
  sections.take_as_it_is(table);
}

}  // namespace cantrail
