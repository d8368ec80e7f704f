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

}  // namespace

CatalogChange compare_catalogs(const Catalog& before, const Catalog& now) {
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
  return change;
}

std::vector<std::string> renamed_in_dbc(std::span<const dbc::NameAlias> before,
                                        std::span<const dbc::NameAlias> now) {
  std::vector<std::string> renamed;
  for (const dbc::NameAlias& alias : now) {
    const bool is_known = std::any_of(before.begin(), before.end(), [&](const dbc::NameAlias& known) {
      return known.old_name == alias.old_name && known.new_name == alias.new_name;
    });
    if (!is_known) renamed.push_back(alias.old_name + " → " + alias.new_name);
  }
  return renamed;
}

}  // namespace cantrail
