// The canonical text of a catalog: JSON with fixed key order and no white space, so that equal catalogs have
// equal digests. DBC bytes that are not UTF-8 are carried as CP1252 translated, with the digest of the
// original.
#pragma once

#include <string>
#include <string_view>

#include "base/status.hpp"
#include "decode/catalog/catalog_compiler.hpp"

namespace cantrail {

// "" where there are none.
[[nodiscard]] std::string write_copies(const std::vector<dbc::MessageCopies>& copies);
[[nodiscard]] std::string write_aliases(const std::vector<dbc::NameAlias>& aliases);
[[nodiscard]] std::string write_definition(const CatalogSpec& spec);
[[nodiscard]] Result<CatalogSpec> read_definition(std::string_view definition);

}  // namespace cantrail
