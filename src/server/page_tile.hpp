// [tile.NAME] of the configuration: what the page's overview shows, in the place of what it would choose.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "component/options.hpp"

namespace cantrail::server {

struct PageTile {
  std::string name;      // of the section
  SourceLocation where;  // of the section
  std::string kind = "number";
  std::vector<std::string> signals;  // [channel:]Stream.field
  // None: the page makes one of the signal's name. {placeholders} are labels of the first signal's stream.
  std::optional<std::string> title;
  std::optional<std::int64_t> span;  // of twelve columns; none: as the kind needs

  void describe(OptionVisitor& visitor);
  [[nodiscard]] std::vector<std::string> problems() const;
};

// The body of /api/layout: the tiles in the order of the configuration.
[[nodiscard]] std::string layout_json(std::span<const PageTile> tiles);

}  // namespace cantrail::server
