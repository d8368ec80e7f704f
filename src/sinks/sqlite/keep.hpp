// What `keep` says: how much of the past a store holds. Several limits may stand together; the first that is
// reached counts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.hpp"
#include "base/time.hpp"

namespace cantrail::sqlite {

struct Keep {
  std::optional<Duration> age;
  std::optional<std::uint64_t> bytes;  // of the file and its write-ahead log together
  std::optional<std::uint64_t> rows;

  bool operator==(const Keep&) const = default;
};

// "30d", "8GB", "1000000 rows" or "forever" (alone). Fault `config` says which word is wrong and why. Each
// kind of limit may be named once; the least are 1 minute, 8 MB and 10,000 rows. `option` is what the fault
// names.
[[nodiscard]] Result<Keep> parse_keep(std::span<const std::string> words, std::string_view option = "keep");

}  // namespace cantrail::sqlite
