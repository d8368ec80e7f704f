// What a configuration says about streams, held against the streams that its DBCs make.
#pragma once

#include "decode/catalog/catalog_compiler.hpp"
#include "pipeline/config/config_sections.hpp"
#include "pipeline/config/node_config.hpp"

namespace cantrail {

// The catalog that the node begins with, as far as its channels are known before it runs; a source that
// learns them has one of its own name. Empty where a DBC is none, without named signals where one of them is
// none. What the compiler says is appended to `found`.
[[nodiscard]] CompiledCatalogPtr compiled_catalog(const NodeConfig& config, Diagnostics& found);

// References that name no field, or several: errors. Patterns that fit no stream: warnings. Aliases that do
// not fit (alias_check.hpp): errors. What copies lose to others' identifiers: warnings.
// `dbcs_are_whole` false: of what is not found nothing is said.
void check_streams(ConfigSections& sections, const NodeConfig& config, bool dbcs_are_whole);

}  // namespace cantrail
