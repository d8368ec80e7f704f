// Where reading has got to: what a logfile source journals as its position. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "model/batch.hpp"

namespace cantrail::logfile {

struct Place {
  std::uint64_t offset = 0;  // decompressed bytes before the next line
  std::uint64_t lines = 0;   // lines before it
  Duration shift{};          // added to recorded times in this pass
  WallTime last;             // of the last frame delivered, shifted
};

// The place together with the path it is valid for.
[[nodiscard]] SourcePosition to_position(const Place& place, const std::string& path);

// nullopt: not of this path, or not a position of this source.
[[nodiscard]] std::optional<Place> parse_position(const SourcePosition& position, const std::string& path);

}  // namespace cantrail::logfile
