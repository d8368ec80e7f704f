#include <algorithm>
#include <array>
#include <cmath>

#include "contract/checks.hpp"
#include "contract/recorded.hpp"
#include "contract/setup.hpp"
#include "contract/world.hpp"

namespace cantrail::contract {
namespace {

// One check's sink in its own folder; what goes wrong is said in the verdict.
class Bench {
 public:
  Bench(const ComponentInfo& component, const std::string& source_folder) : setup_(component, source_folder) {
    if (setup_.skip()) {
      verdict.skipped = *setup_.skip();
      return;
    }
    config_ = setup_.sink("good");
    expect(config_ != nullptr, "the options of [good] are wrong: " + setup_.problem());
    if (config_) remake();
  }

  [[nodiscard]] bool ready() const { return sink != nullptr; }
  void expect(bool holds, const std::string& complaint) {
    auto& said = verdict.complaints;
    if (!holds && std::find(said.begin(), said.end(), complaint) == said.end()) said.push_back(complaint);
  }
  void remake() { sink = config_->make(); }  // as a restart does
  bool open() {
    auto opened = sink->open(setup_.sink_context());
    expect(opened.ok(), "open: " + (opened ? "" : opened.fault().message));
    if (!opened) return false;
    cursor = *opened;
    return given(sink->catalog(nullptr, world.catalog()), "catalog");
  }
  bool given(const Status& status, const std::string& what) {
    expect(status.ok(), what + ": " + (status ? "" : status.fault().message));
    return status.ok();
  }
  void finish() {
    given(sink->flush(), "flush");
    sink->close();
  }
  std::optional<WriteOutcome> write(const std::vector<BatchPtr>& batches, const Position& expected,
                                    const Position& upto) {
    auto outcome = sink->write(batches, expected, upto);
    expect(outcome.ok(), "write: " + (outcome ? "" : outcome.fault().message));
    return outcome ? std::optional(std::move(*outcome)) : std::nullopt;
  }
  // Writes whole batches from their begin to their end, and holds what became of them against their number.
  bool write_all(const std::vector<BatchPtr>& batches) {
    const auto outcome = write(batches, batches.front()->begin(), batches.back()->end());
    if (!outcome) return false;
    account(*outcome, batches);
    if (durable())
      expect(outcome->durable == batches.back()->end(), "the cursor after a write is not `upto`");
    return true;
  }
  void account(const WriteOutcome& outcome, const std::vector<BatchPtr>& batches) {
    const std::uint64_t sum = outcome.delivered + outcome.filtered + outcome.undecoded + outcome.superseded +
                              outcome.rejected.size();
    expect(sum == World::records(batches), "of " + std::to_string(World::records(batches)) + " records " +
                                               std::to_string(sum) + " are accounted for");
    for (const RejectedRow& row : outcome.rejected) {
      const bool there = row.batch < batches.size() && row.block < batches[row.batch]->blocks.size() &&
                         row.row < batches[row.batch]->blocks[row.block].rows();
      expect(there, "a rejected row names a place that is not there");
      expect(!row.reason.empty(), "a rejected row has no reason");
    }
  }
  [[nodiscard]] bool durable() const { return sink->traits().durable; }
  // What the store holds, without positions, of recordings what is finished; nullopt: it cannot be asked.
  std::optional<std::vector<std::string>> rows() {
    const auto history = sink->history();
    if (const auto recordings = sink->recordings(); recordings && !history) {
      auto recorded = recorded_rows(*recordings);
      expect(recorded.ok(), "recordings: " + (recorded ? "" : recorded.fault().message));
      return recorded ? std::move(*recorded) : std::vector<std::string>();
    }
    if (!history) return std::nullopt;
    HistoryQuery query;
    query.limit = 100'000;
    const auto found = history->rows(query);
    expect(found.ok(), "history: " + (found ? "" : found.fault().message));
    std::vector<std::string> lines;
    if (!found) return lines;
    for (const HistoryRow& row : *found) {
      lines.push_back(std::to_string(row.time.ns) + " " + row.channel + " " + row.message + " " +
                      row.signals + " " + row.labels);
    }
    return lines;
  }
  void need_durable() {
    if (!durable()) verdict.skipped = "a live sink has no cursor";
  }
  void need_contents() {
    if (!sink->history() && !sink->recordings()) verdict.skipped = "it cannot be asked what it holds";
  }
  [[nodiscard]] std::unique_ptr<SinkConfig> bad() { return setup_.sink("bad"); }
  [[nodiscard]] SinkContext context() { return setup_.sink_context(); }

  Verdict verdict;
  World world;
  std::unique_ptr<Sink> sink;
  std::optional<Position> cursor;

 private:
  Setup setup_;
  std::unique_ptr<SinkConfig> config_;
};

Verdict opens_and_closes_again_and_again(const ComponentInfo& component, const std::string& folder) {
  Bench bench(component, folder);
  for (int i = 0; bench.ready() && i < 6; ++i) {
    if (i == 3) bench.remake();
    if (!bench.open()) break;
    bench.expect(!bench.cursor, "a store into which nothing was written has a cursor");
    bench.finish();
  }
  if (bench.ready()) bench.sink->close();  // once more does no harm
  return bench.verdict;
}

Verdict fails_to_open_as_a_value(const ComponentInfo& component, const std::string& folder) {
  Bench bench(component, folder);
  if (!bench.ready()) return bench.verdict;
  const auto config = bench.bad();
  if (!config) return {{}, "contract.toml has no [bad] options that can be read"};
  const auto sink = config->make();
  for (int i = 0; i < 3; ++i) {
    const auto opened = sink->open(bench.context());
    bench.expect(!opened, "it opens where it cannot");
    if (!opened) {
      const FaultKind kind = opened.fault().kind;
      bench.expect(
          kind == FaultKind::config || kind == FaultKind::unavailable || kind == FaultKind::exhausted,
          "a failed open is config, unavailable or exhausted, not " + std::string(to_string(kind)));
      bench.expect(!opened.fault().message.empty(), "a failed open has no message");
    }
    sink->close();
  }
  return bench.verdict;
}

Verdict takes_an_empty_write(const ComponentInfo& component, const std::string& folder) {
  Bench bench(component, folder);
  if (!bench.ready() || !bench.open()) return bench.verdict;
  if (bench.write_all({bench.world.batch(1, 0, 10)})) {
    const auto outcome = bench.write({}, World::at(2), World::at(2));
    if (outcome) bench.account(*outcome, {});
    if (outcome && bench.durable())
      bench.expect(outcome->durable == World::at(2), "an empty write moves the cursor");
    bench.write_all({bench.world.batch(2, 10, 10)});  // a batch without records
  }
  bench.finish();
  return bench.verdict;
}

Verdict accounts_for_every_record(const ComponentInfo& component, const std::string& folder) {
  Bench bench(component, folder);
  if (!bench.ready() || !bench.open()) return bench.verdict;
  bench.write_all({bench.world.batch(1, 0, 1)});
  bench.write_all(
      {bench.world.batch(2, 1, 100), bench.world.batch(3, 100, 100), bench.world.batch(4, 100, 2500)});
  bench.finish();
  return bench.verdict;
}

Verdict rejects_rows_by_their_place_or_takes_them(const ComponentInfo& component, const std::string& folder) {
  Bench bench(component, folder);
  if (!bench.ready() || !bench.open()) return bench.verdict;
  bench.write_all({bench.world.batch(1, 0, 50), bench.world.hostile_batch(2), bench.world.batch(3, 50, 100)});
  bench.write_all({bench.world.batch(4, 100, 150)});
  bench.finish();
  return bench.verdict;
}

Verdict finds_its_cursor_after_a_restart(const ComponentInfo& component, const std::string& folder) {
  Bench bench(component, folder);
  if (bench.ready()) bench.need_durable();
  if (!bench.ready() || !bench.verdict.skipped.empty() || !bench.open()) return bench.verdict;
  bench.write_all({bench.world.batch(1, 0, 100)});
  bench.finish();
  bench.remake();
  if (!bench.open()) return bench.verdict;
  bench.expect(bench.cursor == World::at(2), "the cursor after a restart is not the one of the last write");
  bench.write_all({bench.world.batch(2, 100, 200)});
  bench.finish();
  if (bench.open())
    bench.expect(bench.cursor == World::at(3),
                 "the cursor after a second open is not that of the last write");
  bench.finish();
  return bench.verdict;
}

Verdict writes_nothing_where_the_cursor_is_another(const ComponentInfo& component,
                                                   const std::string& folder) {
  Bench bench(component, folder);
  if (bench.ready()) bench.need_durable();
  if (!bench.ready() || !bench.verdict.skipped.empty() || !bench.open()) return bench.verdict;
  bench.write_all({bench.world.batch(1, 0, 100)});
  const auto before = bench.rows();
  for (const std::uint64_t wrong : {1U, 7U}) {
    const auto outcome =
        bench.write({bench.world.batch(wrong, 100, 200)}, World::at(wrong), World::at(wrong + 1));
    if (!outcome) continue;
    bench.expect(outcome->durable == World::at(2),
                 "a write from another cursor does not give the store's own");
    bench.expect(outcome->delivered + outcome->filtered + outcome->undecoded + outcome->superseded == 0 &&
                     outcome->rejected.empty(),
                 "a write from another cursor counts records");
  }
  bench.expect(bench.rows() == before, "a write from another cursor changes the store");
  bench.write_all({bench.world.batch(2, 200, 300)});
  bench.finish();
  return bench.verdict;
}

Verdict leaves_the_cursor_of_another_journal_alone(const ComponentInfo& component,
                                                   const std::string& folder) {
  Bench bench(component, folder);
  if (bench.ready()) bench.need_durable();
  if (!bench.ready() || !bench.verdict.skipped.empty() || !bench.open()) return bench.verdict;
  bench.write_all({bench.world.batch(1, 0, 100)});
  bench.finish();
  bench.remake();
  SinkContext context = bench.context();
  context.journal.bytes.fill(0x11);
  const auto other = bench.sink->open(context);
  bench.expect(other.ok() && !other->has_value(), "the cursor of another journal is taken for its own");
  bench.sink->close();
  bench.remake();
  if (bench.open())
    bench.expect(bench.cursor == World::at(2), "its own cursor is gone after a visit of another journal");
  bench.finish();
  return bench.verdict;
}

Verdict is_whole_after_a_stop_in_mid_write(const ComponentInfo& component, const std::string& folder) {
  Bench bench(component, folder);
  if (bench.ready()) bench.need_durable();
  if (!bench.ready() || !bench.verdict.skipped.empty() || !bench.open()) return bench.verdict;
  const std::vector<BatchPtr> batches = bench.world.cut(1000, 8, 1);
  bench.write_all({batches.begin(), batches.begin() + 3});
  bench.sink->close();  // no flush: as after a fault
  bench.remake();
  if (!bench.open()) return bench.verdict;
  bench.expect(bench.cursor == batches[2]->end(),
               "what was acknowledged is not in the store after a close without flush");
  bench.write_all({batches.begin() + 3, batches.end()});
  bench.finish();
  const auto found = bench.rows();
  bench.expect(!found || found->size() == 900,
               "of 900 decoded records the store holds " + std::to_string(found ? found->size() : 0));
  return bench.verdict;
}

Verdict takes_a_larger_catalog_between_batches(const ComponentInfo& component, const std::string& folder) {
  Bench bench(component, folder);
  if (!bench.ready() || !bench.open()) return bench.verdict;
  bench.write_all({bench.world.batch(1, 0, 50)});
  bench.given(bench.sink->catalog(bench.world.catalog(), bench.world.larger_catalog()), "a larger catalog");
  bench.write_all({bench.world.batch(2, 50, 100)});
  bench.finish();
  return bench.verdict;
}

Verdict stores_the_same_however_batches_are_cut(const ComponentInfo& component, const std::string& folder) {
  std::optional<std::vector<std::string>> first;
  Verdict verdict;
  for (std::uint32_t seed = 0; seed < 4; ++seed) {
    Bench bench(component, folder);
    if (!bench.ready() || !bench.open()) return bench.verdict;
    bench.need_contents();
    if (!bench.verdict.skipped.empty()) return bench.verdict;
    std::vector<BatchPtr> left = bench.world.cut(1000, 1 + seed * 9, seed);
    while (!left.empty()) {
      const auto group =
          left.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(left.size(), 1 + seed));
      bench.write_all({left.begin(), group});
      left.erase(left.begin(), group);
    }
    bench.finish();
    const auto rows = bench.rows();
    if (!first) first = rows;
    bench.expect(rows && !rows->empty() && rows == first, "another cut gives another history");
    verdict.complaints.insert(verdict.complaints.end(), bench.verdict.complaints.begin(),
                              bench.verdict.complaints.end());
  }
  return verdict;
}

Verdict forecasts_more_for_more(const ComponentInfo& component, const std::string& folder) {
  Setup setup(component, folder);
  const auto config = setup.sink("good");
  if (!config) return {{}, setup.skip().value_or("there are no [good] options")};
  const World world;
  Verdict verdict;
  std::optional<SinkForecast> before;
  for (const double rows_per_s : {0.0, 0.01, 1.0, 50.0, 2000.0}) {
    std::vector<StreamRate> streams;
    for (const StreamInfo& stream : world.catalog()->streams) streams.push_back({stream.row, rows_per_s});
    const auto now = config->forecast(streams);
    if (!now) return {{}, "it forecasts nothing"};
    const std::string at = " at " + std::to_string(rows_per_s) + " rows/s";
    if (!(now->bytes_per_day >= (before ? before->bytes_per_day : 0)) || !std::isfinite(now->bytes_per_day)) {
      verdict.complaints.push_back("fewer bytes for more rows" + at);
    }
    if (rows_per_s > 0 && now->bytes_per_day <= 0) verdict.complaints.push_back("rows without a byte" + at);
    if (before && before->holds && (!now->holds || *now->holds > *before->holds)) {
      verdict.complaints.push_back("it holds more rows for longer" + at);
    }
    if (now->holds.has_value() == now->limit.empty()) {
      verdict.complaints.push_back("what holds for a time has a limit, and only that" + at);
    }
    before = now;
  }
  return verdict;
}

constexpr std::array kChecks{
    Check{"OpensAndClosesAgainAndAgain", opens_and_closes_again_and_again},
    Check{"FailsToOpenAsAValue", fails_to_open_as_a_value},
    Check{"TakesAnEmptyWrite", takes_an_empty_write},
    Check{"AccountsForEveryRecord", accounts_for_every_record},
    Check{"RejectsRowsByTheirPlaceOrTakesThem", rejects_rows_by_their_place_or_takes_them},
    Check{"FindsItsCursorAfterARestart", finds_its_cursor_after_a_restart},
    Check{"WritesNothingWhereTheCursorIsAnother", writes_nothing_where_the_cursor_is_another},
    Check{"LeavesTheCursorOfAnotherJournalAlone", leaves_the_cursor_of_another_journal_alone},
    Check{"IsWholeAfterAStopInMidWrite", is_whole_after_a_stop_in_mid_write},
    Check{"TakesALargerCatalogBetweenBatches", takes_a_larger_catalog_between_batches},
    Check{"StoresTheSameHoweverBatchesAreCut", stores_the_same_however_batches_are_cut},
    Check{"ForecastsMoreForMore", forecasts_more_for_more}};

}  // namespace

std::span<const Check> sink_checks() {
  return kChecks;
}

}  // namespace cantrail::contract
