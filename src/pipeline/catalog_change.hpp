// What users of the data see when one catalog takes the place of another.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/catalog.hpp"

namespace cantrail {

// "can0:Battery" for a stream, "can0:Battery.voltage" for a field of one that stays.
struct CatalogChange {
  std::vector<std::string> added, removed;
  std::vector<std::string> renamed;  // "old → new", as the aliases say
  std::vector<std::string> retyped;  // "can0:Battery.voltage: unit mV → V"
  [[nodiscard]] bool none() const {
    return added.empty() && removed.empty() && renamed.empty() && retyped.empty();
  }
};

// The names that users know and those that they have now: streams or fields, "[channel:]Stream[.field]".
using RenamedNames = std::vector<std::pair<std::string, std::string>>;

// Streams that are replaced do not count. In the order of the catalogs.
[[nodiscard]] CatalogChange compare_catalogs(const Catalog& before, const Catalog& now,
                                             const RenamedNames& aliases = {});

}  // namespace cantrail
