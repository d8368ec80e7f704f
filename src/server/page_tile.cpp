#include "server/page_tile.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "encode/json_writer.hpp"

namespace cantrail::server {
namespace {

struct Kind {
  std::string_view name;
  std::size_t least, most;  // signals
};
constexpr std::size_t kMany = 64;
constexpr std::array<Kind, 8> kKinds{{{"number", 1, 1},
                                      {"gauge", 1, 1},
                                      {"speed", 1, 1},
                                      {"chart", 1, 8},
                                      {"temperatures", 1, kMany},
                                      {"readings", 1, kMany},
                                      {"trail", 2, 2},
                                      {"events", 0, 0}}};

std::string how_many(const Kind& kind) {
  if (kind.least != kind.most)
    return std::to_string(kind.least) + " to " + std::to_string(kind.most) + " signals";
  if (kind.most == 0) return "no signals";
  return kind.most == 1 ? "one signal" : "two signals: latitude, then longitude";
}

}  // namespace

void PageTile::describe(OptionVisitor& visitor) {
  OptionSpec kinds{"kind", "What it looks like", &kind};
  for (const Kind& one : kKinds) kinds.choices.emplace_back(one.name);
  visitor.option(kinds);
  visitor.option({.name = "signals",
                  .sense = "What it shows: [channel:]Message.signal, one or several",
                  .target = &signals,
                  .example = "\"Battery.soc\""});
  visitor.option(
      {.name = "title",
       .sense = "What stands above it, with {labels} of a copy; else it is made of the signal's name",
       .target = &title,
       .example = "\"State of charge\""});
  visitor.option({.name = "span",
                  .sense = "How many of twelve columns it takes; else as its kind needs",
                  .target = &span,
                  .minimum = 2,
                  .maximum = 12,
                  .example = "4"});
}

std::vector<std::string> PageTile::problems() const {
  const auto* found =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& one) { return one.name == kind; });
  if (found == kKinds.end()) return {};  // reported where it was read
  if (signals.size() >= found->least && signals.size() <= found->most) return {};
  return {"signals: a tile of kind \"" + kind + "\" takes " + how_many(*found) + ", not " +
          std::to_string(signals.size())};
}

std::string layout_json(std::span<const PageTile> tiles) {
  std::string out;
  encode::JsonWriter json(out, encode::BigIntegers::as_string);
  json.begin_object();
  json.key("tiles");
  json.begin_array();
  for (const PageTile& tile : tiles) {
    json.begin_object();
    json.key("name");
    json.string(tile.name);
    json.key("kind");
    json.string(tile.kind);
    json.key("signals");
    json.begin_array();
    for (const std::string& signal : tile.signals) json.string(signal);
    json.end_array();
    json.key("title");
    tile.title ? json.string(*tile.title) : json.null();
    json.key("span");
    tile.span ? json.integer(*tile.span) : json.null();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace cantrail::server
