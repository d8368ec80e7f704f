// What rows will take in a history file. The constants are measured (./dev bench history prints them beside
// what a file really grows by; docs/performance.md): near for values that change as sensors' do.
#pragma once

#include <span>

#include "component/forecast.hpp"
#include "sinks/sqlite/store.hpp"

namespace cantrail::sqlite {

struct Growth {  // bytes a second
  double rows = 0;
  std::array<double, kLevels.size()> rollups{};  // by Level

  [[nodiscard]] double all() const;
};

// `delay`: how long rows may wait for others before they are written.
[[nodiscard]] Growth growth_of(std::span<const StreamRate> streams, RowForm form, Duration delay);

// How long rows stay in the long run, when rollups have taken the room that they may take. nullopt: for ever.
struct Holding {
  Duration time{};
  std::string limit;
};
[[nodiscard]] std::optional<Holding> holding(const Growth& growth, double rows_per_s,
                                             const StoreOptions& options);

}  // namespace cantrail::sqlite
