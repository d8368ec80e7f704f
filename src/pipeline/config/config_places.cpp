#include "pipeline/config/config_places.hpp"

#include "base/text.hpp"
#include "component/toml/option_reader.hpp"

namespace cantrail {

SourceLocation ConfigPlaces::of(std::string_view section, std::string_view message) const {
  const ConfigTable* table = &root_;
  SourceLocation where{root_.where.file, 0, 0};
  for (const std::string_view name : split(section, '.')) {
    const ConfigEntry* entry = table->find(name);
    if (entry == nullptr || entry->value.table() == nullptr) return where;
    where = entry->where;
    table = entry->value.table();
  }
  const ConfigEntry* option = table->find(leading_option(message));
  return option != nullptr ? option->value.where : where;
}

}  // namespace cantrail
