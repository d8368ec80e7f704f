#include "contract/test_store.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace cantrail::contract {
namespace {

using Rows = std::vector<HistoryRow>;

// Rows since the sink was made; enough for the checks that ask.
class TestHistory final : public HistoryReader {
 public:
  Result<Rows> rows(const HistoryQuery&) override { return kept; }
  Result<Rows> latest() override { return Rows{}; }
  Result<std::vector<GapRecord>> gaps(std::optional<WallTime>, std::optional<WallTime>,
                                      std::size_t) override {
    return std::vector<GapRecord>{};
  }
  Result<HistoryStats> stats() override { return HistoryStats{}; }
  Result<std::vector<SignalName>> signals() override { return std::vector<SignalName>{}; }
  Result<Series> series(const SeriesQuery&) override { return Series{}; }
  Rows kept;
};

class TestStore final : public Sink {
 public:
  TestStore(std::string path, Flaw flaw) : path_(std::move(path)), flaw_(flaw) {}

  [[nodiscard]] SinkTraits traits() const override { return {.durable = true}; }

  Result<std::optional<Position>> open(const SinkContext& context) override {
    if (flaw_ == Flaw::opens_once && opened_++ > 0) return Fault{FaultKind::unavailable, "already open"};
    journal_ = context.journal;
    if (!std::ofstream(path_, std::ios::app) && flaw_ != Flaw::opens_anywhere) {
      return Fault{FaultKind::unavailable, path_ + " cannot be written"};
    }
    load();
    const bool mine = cursor_ && (cursor_->journal == context.journal || flaw_ == Flaw::takes_any_journal);
    return mine && flaw_ != Flaw::forgets_the_cursor ? cursor_ : std::nullopt;
  }

  Status catalog(const CatalogPtr&, const CatalogPtr&) override { return {}; }

  Result<WriteOutcome> write(std::span<const BatchPtr> batches, const Position& expected,
                             const Position& upto) override {
    WriteOutcome outcome;
    if (cursor_ && cursor_->journal == journal_ && cursor_ != expected &&
        flaw_ != Flaw::writes_from_any_cursor) {
      outcome.durable = cursor_;
      return outcome;
    }
    for (const BatchPtr& batch : batches) take(*batch, outcome);
    cursor_ = upto;
    outcome.durable = cursor_;
    save();
    return outcome;
  }

  Status flush() override { return {}; }
  void close() override {}
  [[nodiscard]] std::shared_ptr<HistoryReader> history() override { return history_; }

 private:
  void take(const Batch& batch, WriteOutcome& outcome) {
    outcome.undecoded += batch.undecoded;
    std::size_t first = history_->kept.size();
    for (const StreamBlock& block : batch.blocks) {
      for (std::size_t row = 0; row < block.rows(); ++row) {
        HistoryRow kept;
        kept.time = {block.time_ns()[row]};
        kept.signals = std::to_string(block.stream()) + " " + std::to_string(block.word(0, row));
        if (flaw_ == Flaw::depends_on_the_cut) kept.labels = std::to_string(row);
        history_->kept.push_back(std::move(kept));
      }
      outcome.delivered += block.rows();
    }
    if (flaw_ == Flaw::miscounts) ++outcome.delivered;
    std::stable_sort(history_->kept.begin() + static_cast<std::ptrdiff_t>(first), history_->kept.end(),
                     [](const HistoryRow& a, const HistoryRow& b) { return a.time < b.time; });
  }

  void load() {
    cursor_.reset();
    history_->kept.clear();
    std::ifstream in(path_);
    std::string id;
    Position cursor;
    if (!(in >> id >> cursor.epoch >> cursor.seq >> cursor.index)) return;
    cursor.journal = *parse_journal_id(id);
    cursor_ = cursor;
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
      HistoryRow row;
      row.time.ns = std::stoll(line);
      row.signals = line.substr(line.find(' ') + 1);
      history_->kept.push_back(std::move(row));
    }
  }

  void save() const {
    std::ofstream out(path_, std::ios::trunc);
    out << to_string(cursor_->journal) << ' ' << cursor_->epoch << ' ' << cursor_->seq << ' '
        << cursor_->index << '\n';
    for (const HistoryRow& row : history_->kept) out << row.time.ns << ' ' << row.signals << '\n';
  }

  const std::string path_;
  const Flaw flaw_;
  int opened_ = 0;
  JournalId journal_;
  std::optional<Position> cursor_;
  std::shared_ptr<TestHistory> history_ = std::make_shared<TestHistory>();
};

}  // namespace

void TestStoreConfig::describe(OptionVisitor& visitor) {
  visitor.option({"path", "Where it lies", &path_});
  if (flaw_ != Flaw::forgets_options || described_++ == 0)
    visitor.option({"fast", "Whether it hurries", &fast_});
}

std::optional<SinkForecast> TestStoreConfig::forecast(std::span<const StreamRate> streams) const {
  double rows_per_s = 0;
  for (const StreamRate& stream : streams) rows_per_s += stream.rows_per_s;
  SinkForecast forecast;
  forecast.bytes_per_day = flaw_ == Flaw::forecasts_the_reverse ? 1e9 / (1 + rows_per_s) : rows_per_s * 40;
  return forecast;
}

std::optional<Findings> TestStoreConfig::probe(const ProbeContext& context) const {
  if (flaw_ == Flaw::probes_nothing) return Findings{};
  if (flaw_ == Flaw::probes_by_opening) std::ofstream(path_.value, std::ios::app).close();
  if (auto obstacle = probe_writable(context.files, path_.value, "path")) return Findings{*obstacle};
  return Findings{};
}

std::unique_ptr<Sink> TestStoreConfig::make() const {
  return std::make_unique<TestStore>(path_.value, flaw_);
}

}  // namespace cantrail::contract
