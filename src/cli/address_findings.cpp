#include "cli/address_findings.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace cantrail::cli {
namespace {

struct Place {
  std::string section;  // "source.can0"
  std::string text;     // as it was written
  bool udp = false;
  std::string host, port;
};

bool is_every_host(const std::string& host) {
  return host == "0.0.0.0" || host == "::" || host == "*";
}

Place place_of(std::string section, bool udp, const std::string& address) {
  Place place{std::move(section), address, udp, address, ""};
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return place;
  place.host = address.substr(0, colon);
  place.port = address.substr(colon + 1);
  std::erase_if(place.host, [](char c) { return c == '[' || c == ']'; });
  if (place.host == "localhost") place.host = "127.0.0.1";
  return place;
}

bool clash(const Place& a, const Place& b) {
  const bool chosen_by_the_kernel = a.port.empty() || a.port.find_first_not_of('0') == std::string::npos;
  if (a.udp != b.udp || a.port != b.port || chosen_by_the_kernel) return false;
  return a.host == b.host || is_every_host(a.host) || is_every_host(b.host);
}

}  // namespace

Diagnostics findings_of_addresses(const NodeConfig& config, const server::ServerOptions& server,
                                  const ConfigPlaces& places) {
  std::vector<Place> claimed;
  Diagnostics found;
  const auto claim = [&](Place place) {
    const auto owner =
        std::find_if(claimed.begin(), claimed.end(), [&](const Place& other) { return clash(place, other); });
    if (owner != claimed.end()) {
      found.push_back({Severity::error, places.of(place.section, "listen"),
                       "[" + place.section + "] listen: \"" + printable(place.text) + "\" is also of [" +
                           owner->section + "]: give each a port of its own"});
    }
    claimed.push_back(std::move(place));
  };
  if (server.enabled) claim(place_of("server", false, server.listen));
  for (const SourceSection& source : config.sources) {
    if (!source.enabled || source.config == nullptr) continue;
    if (const auto listens = source.config->listens_on()) {
      claim(place_of("source." + source.name, listens->udp, listens->address));
    }
  }
  return found;
}

}  // namespace cantrail::cli
