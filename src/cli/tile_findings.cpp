#include "cli/tile_findings.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "component/template.hpp"
#include "model/stream_reference.hpp"
#include "pipeline/config/named_sections.hpp"
#include "pipeline/config/stream_check.hpp"

namespace cantrail::cli {
namespace {

bool learns_channels(const NodeConfig& config) {
  return std::any_of(config.sources.begin(), config.sources.end(), [](const SourceSection& source) {
    return source.config != nullptr && source.config->channels(source.name).empty();
  });
}

// A channel that is learnt is not known yet: a signal is then looked for on any.
std::string known_part(const std::string& signal, bool any_channel) {
  const std::size_t colon = any_channel ? signal.find(':') : std::string::npos;
  return colon == std::string::npos ? signal : signal.substr(colon + 1);
}

std::vector<std::string> labels_of(const Catalog& catalog) {
  std::vector<std::string> labels;
  for (const StreamInfo& stream : catalog.streams) {
    for (const auto& [name, value] : stream.row->labels) {
      if (std::find(labels.begin(), labels.end(), name) == labels.end()) labels.push_back(name);
    }
  }
  return labels;
}

// nullopt: what is wrong stands in `problem`.
std::optional<std::string> filled(const server::PageTile& tile, const Catalog& catalog, bool any_channel,
                                  std::string& problem) {
  const auto parts = parse_template(*tile.title);
  if (!parts) {
    problem = parts.fault().message;
    return std::nullopt;
  }
  OptionSpec spec;
  spec.labels = true;
  problem = placeholder_problem(*parts, spec, labels_of(catalog));
  if (!problem.empty()) return std::nullopt;
  const RowSchema none;
  const auto place = tile.signals.empty()
                         ? Result<FieldPlace>(Fault{FaultKind::config, ""})
                         : resolve_field(catalog, known_part(tile.signals.front(), any_channel));
  return fill_template(*parts, {}, place ? *catalog.streams[place->stream].row : none);
}

}  // namespace

Diagnostics fill_titles(std::vector<server::PageTile>& tiles, const NodeConfig& config,
                        const ConfigPlaces& places) {
  Diagnostics found, told_elsewhere;
  const bool any = std::any_of(tiles.begin(), tiles.end(), [](const server::PageTile& tile) {
    return tile.title && tile.title->find_first_of("{}") != std::string::npos;
  });
  if (!any) return found;
  const CatalogPtr catalog = compiled_catalog(config, told_elsewhere)->catalog;
  for (server::PageTile& tile : tiles) {
    if (!tile.title) continue;
    std::string problem;
    if (auto title = filled(tile, *catalog, learns_channels(config), problem)) {
      tile.title = std::move(title);
    } else {
      const std::string section = "tile." + tile.name;
      found.push_back({Severity::error, places.of(section, "title"),
                       "'title' in [" + printable(section) + "] " + problem});
    }
  }
  return found;
}

Diagnostics findings_of_tiles(const std::vector<server::PageTile>& tiles, const NodeConfig& config) {
  Diagnostics found, told_elsewhere;
  if (tiles.empty()) return found;
  const CatalogPtr catalog = compiled_catalog(config, told_elsewhere)->catalog;
  if (catalog->streams.empty()) return found;
  const bool any_channel = learns_channels(config);
  for (const server::PageTile& tile : tiles) {
    for (const std::string& signal : tile.signals) {
      const auto place = resolve_field(*catalog, known_part(signal, any_channel));
      if (place) continue;
      const std::string hint = hint_of_known_name(config.aliases, signal);
      found.push_back(
          {Severity::warning, tile.where,
           "[tile." + printable(tile.name) + "]: " +
               (hint.empty() ? place.fault().message : "there is no '" + printable(signal) + "'" + hint)});
    }
  }
  return found;
}

}  // namespace cantrail::cli
