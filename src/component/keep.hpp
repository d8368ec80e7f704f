// What `keep` says: how much of the past a store holds. Several limits may stand together; the first that is
// reached counts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "base/time.hpp"

namespace cantrail {

struct Keep {  // no limit at all: forever
  std::optional<Duration> age;
  std::optional<std::uint64_t> bytes;
  std::optional<std::uint64_t> rows;

  bool operator==(const Keep&) const = default;
};

// "30d", "8GB", "1000000 rows" or "forever" (alone). Each kind of limit may be named once. The fault `config`
// says which word is wrong and why, as what follows the option's name: `"much" is none of …`.
[[nodiscard]] Result<Keep> parse_keep(std::span<const std::string> words);

// What `limits` has below the least that a store can hold to; nullopt: nothing. `least` says forever where
// there is no least.
[[nodiscard]] std::optional<std::string> too_little(const Keep& limits, const Keep& least);

// As parse_keep() takes it: {"30d", "8GB"}, {"forever"}.
[[nodiscard]] std::vector<std::string> keep_words(const Keep& keep);

}  // namespace cantrail
