#include "cli/tile_findings.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "model/stream_reference.hpp"
#include "pipeline/config/stream_check.hpp"

namespace cantrail::cli {

Diagnostics findings_of_tiles(const std::vector<server::PageTile>& tiles, const NodeConfig& config) {
  Diagnostics found, told_elsewhere;
  if (tiles.empty()) return found;
  const CatalogPtr catalog = compiled_catalog(config, told_elsewhere)->catalog;
  if (catalog->streams.empty()) return found;
  const bool any_channel =
      std::any_of(config.sources.begin(), config.sources.end(), [](const SourceSection& source) {
        return source.config != nullptr && source.config->channels(source.name).empty();
      });
  for (const server::PageTile& tile : tiles) {
    for (const std::string& signal : tile.signals) {
      const std::size_t colon = any_channel ? signal.find(':') : std::string::npos;
      const auto place =
          resolve_field(*catalog, colon == std::string::npos ? signal : signal.substr(colon + 1));
      if (place) continue;
      found.push_back(
          {Severity::warning, tile.where, "[tile." + printable(tile.name) + "]: " + place.fault().message});
    }
  }
  return found;
}

}  // namespace cantrail::cli
