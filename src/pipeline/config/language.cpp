#include "pipeline/config/language.hpp"

#include <utility>

namespace cantrail {

LanguageTable tables_called(LanguageEntries entries, LanguageTable each) {
  entries.table = std::make_shared<const LanguageTable>(std::move(each));
  return {{}, std::move(entries)};
}

}  // namespace cantrail
