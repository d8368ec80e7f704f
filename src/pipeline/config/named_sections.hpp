// [copies.NAME], [alias] and [signal]: what is made of streams. Read and checked in themselves; whether the
// catalog has what they name is asked in stream_check.hpp and alias_check.hpp.
#pragma once

#include <string>
#include <vector>

#include "pipeline/config/config_sections.hpp"
#include "pipeline/config/node_config.hpp"

namespace cantrail {

// The options of one [copies.NAME], and all that the section may say.
inline constexpr std::int64_t kMostCopies = 0x7FF;  // the largest number of one
void describe_copies(CopiesSection& section, OptionVisitor& visitor);
[[nodiscard]] LanguageSection copies_language();

void read_copies(ConfigSections& sections, NodeConfig& config);
void read_aliases(ConfigSections& sections, NodeConfig& config);
void read_signals(ConfigSections& sections, NodeConfig& config);

// An identifier as expressions, keys and topics can take it; the same as a regular expression.
[[nodiscard]] bool is_identifier(std::string_view text);
inline constexpr const char* kIdentifier = "^[A-Za-z_][A-Za-z0-9_]*$";

// The aliases of the section with their places; `Battery.soc = "…"` is a table in a table to TOML.
struct AliasEntry {
  std::string old_name;
  SourceLocation where;
  const ConfigValue* value = nullptr;
};
[[nodiscard]] std::vector<AliasEntry> alias_entries(const ConfigTable& alias);

// For who has written a name that the DBC has: "; [alias] calls it 'Battery.soc'"; empty: it has no other.
[[nodiscard]] std::string hint_of_known_name(const std::vector<Alias>& aliases, std::string_view reference);

}  // namespace cantrail
