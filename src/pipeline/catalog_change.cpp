#include "pipeline/catalog_change.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace cantrail {
namespace {

// In the order of the catalog.
using Streams = std::vector<std::pair<std::string, const RowSchema*>>;

Streams streams_of(const Catalog& catalog) {
  Streams streams;
  for (StreamId id = 0; id < catalog.streams.size(); ++id) {
    if (catalog.streams[id].replaced) continue;
    streams.emplace_back(catalog.qualified_name(id), catalog.streams[id].row.get());
  }
  return streams;
}

std::map<std::string, const RowSchema*> by_name(const Streams& streams) {
  return {streams.begin(), streams.end()};
}

std::string or_none(const std::string& text) {
  return text.empty() ? "none" : text;
}

// "" where both say the same of the values.
std::string difference(const FieldSchema& before, const FieldSchema& now) {
  std::string what;
  const auto add = [&](const std::string& more) { what += (what.empty() ? "" : ", ") + more; };
  if (before.type != now.type) {
    add("type " + std::string(to_string(before.type)) + " → " + std::string(to_string(now.type)));
  }
  if (before.unit != now.unit) add("unit " + or_none(before.unit) + " → " + or_none(now.unit));
  if (before.layout != now.layout) add("read otherwise from its frame");
  return what;
}

void compare_fields(const std::string& stream, const RowSchema& before, const RowSchema& now,
                    CatalogChange& change) {
  if (before.can_id != now.can_id) change.retyped.push_back(stream + ": another identifier");
  for (const FieldSchema& field : now.fields) {
    const std::string name = stream + "." + field.name;
    const auto known = before.field(field.name);
    if (!known) {
      change.added.push_back(name);
      continue;
    }
    const std::string what = difference(before.fields[*known], field);
    if (!what.empty()) change.retyped.push_back(name + ": " + what);
  }
  for (const FieldSchema& field : before.fields) {
    if (!now.field(field.name)) change.removed.push_back(stream + "." + field.name);
  }
}

// "can0:Battery" is what "Battery" means, too.
bool is_called(const std::string& name, const std::string& alias) {
  if (name == alias) return true;
  const std::size_t colon = name.find(':');
  return colon != std::string::npos && name.compare(colon + 1, std::string::npos, alias) == 0;
}

// What was removed under a name that is an alias of what was added is renamed.
void pair_renamed(const RenamedNames& aliases, CatalogChange& change) {
  const auto find_called = [](std::vector<std::string>& names, const std::string& alias) {
    return std::find_if(names.begin(), names.end(),
                        [&](const std::string& name) { return is_called(name, alias); });
  };
  for (const auto& [old_name, new_name] : aliases) {
    const auto gone = find_called(change.removed, old_name);
    const auto come = find_called(change.added, new_name);
    if (gone == change.removed.end() || come == change.added.end()) continue;
    change.renamed.push_back(*gone + " → " + *come);
    change.removed.erase(gone);
    change.added.erase(come);
  }
}

}  // namespace

CatalogChange compare_catalogs(const Catalog& before, const Catalog& now, const RenamedNames& aliases) {
  CatalogChange change;
  if (before.digest == now.digest) return change;
  const Streams old_streams = streams_of(before), new_streams = streams_of(now);
  const auto old_by_name = by_name(old_streams), new_by_name = by_name(new_streams);
  for (const auto& [name, row] : new_streams) {
    const auto known = old_by_name.find(name);
    if (known == old_by_name.end()) {
      change.added.push_back(name);
    } else {
      compare_fields(name, *known->second, *row, change);
    }
  }
  for (const auto& [name, row] : old_streams) {
    if (!new_by_name.contains(name)) change.removed.push_back(name);
  }
  pair_renamed(aliases, change);
  return change;
}

}  // namespace cantrail
