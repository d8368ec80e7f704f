// What users of the data see when one catalog takes the place of another.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "decode/dbc/aliases.hpp"
#include "model/catalog.hpp"

namespace cantrail {

// "can0:Battery" for a stream, "can0:Battery.voltage" for a field of one that stays.
struct CatalogChange {
  std::vector<std::string> added, removed;
  std::vector<std::string> renamed;  // "old → new": the DBC calls it otherwise now, the data do not
  std::vector<std::string> retyped;  // "can0:Battery.voltage: unit mV → V"
  [[nodiscard]] bool none() const {
    return added.empty() && removed.empty() && renamed.empty() && retyped.empty();
  }
};

// All but `renamed`. Streams that are replaced do not count. In the order of the catalogs.
[[nodiscard]] CatalogChange compare_catalogs(const Catalog& before, const Catalog& now);

// Aliases that were not there before: an alias comes with the DBC that makes it necessary.
[[nodiscard]] std::vector<std::string> renamed_in_dbc(std::span<const dbc::NameAlias> before,
                                                      std::span<const dbc::NameAlias> now);

}  // namespace cantrail
