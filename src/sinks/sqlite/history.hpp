// Reading a history file back, beside its writer or without one.
#pragma once

#include <string>

#include "component/history.hpp"
#include "sinks/sqlite/read_pool.hpp"

namespace cantrail::sqlite {

// As HistoryReader. A question that would take longer than 2 s ends with fault `unavailable`. At most 10,000
// rows at a time. Latest rows stay known when `keep` has removed the rows themselves.
class History final : public HistoryReader {
 public:
  explicit History(std::string path) : pool_(std::move(path)) {}

  Result<std::vector<HistoryRow>> rows(const HistoryQuery& query) override;
  Result<std::vector<HistoryRow>> latest() override;
  Result<std::vector<GapRecord>> gaps(std::optional<WallTime> since, std::optional<WallTime> until,
                                      std::size_t limit) override;
  Result<HistoryStats> stats() override;
  Result<std::vector<SignalName>> signals() override;
  Result<Series> series(const SeriesQuery& query) override;

  void invalidate() { pool_.invalidate(); }  // the file has been replaced

 private:
  ReadPool pool_;
};

}  // namespace cantrail::sqlite
