// The batches of a journal, decoded as they were captured and decoded again by other DBCs.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/status.hpp"
#include "cli/log_catalog.hpp"
#include "decode/catalog/catalog_compiler.hpp"
#include "journal/archive.hpp"
#include "pipeline/batch_decoder.hpp"
#include "pipeline/lane_filter.hpp"
#include "pipeline/lane_keys.hpp"
#include "sinks/sqlite/replacement.hpp"

namespace cantrail::cli {

// What decodes from now on. Where it has no configuration, copies, named signals and aliases stay, these as
// far as the new DBCs have the names that they are for.
struct NewDecoding {
  std::vector<DbcText> dbcs;                          // of every channel that had one
  std::map<std::string, std::vector<DbcText>> named;  // of those channels
  std::optional<LogDecoding> config;                  // of channels that neither means, and all else
  LaneKeys lane;                                      // of the sink that writes the target
  // Channels that none of this means keep the DBCs that they were captured with; else that is a fault, since
  // they may have been decoded again by others already.
  bool may_keep_captured = true;
};

struct TimeRange {
  std::int64_t from_ns, to_ns;  // of records, [from, to)
  [[nodiscard]] bool holds(std::int64_t time_ns) const { return time_ns >= from_ns && time_ns < to_ns; }
};

class AgainLog {
 public:
  // Fault `rejected`: the folder is no journal. Faults of next() besides: `config` (a text is no DBC;
  // channels have different DBCs and `dbcs` are meant for all; a named signal cannot be computed).
  static Result<std::unique_ptr<AgainLog>> open(const std::string& folder, NewDecoding decoding,
                                                TimeRange range);

  // In their order, those with records or gaps in the range, each cut to it; what is missing in the journal
  // is a batch of its own, a gap. nullopt: the end.
  Result<std::optional<sqlite::AgainBatch>> next();

  [[nodiscard]] const JournalId& journal() const { return archive_.id; }
  [[nodiscard]] std::uint64_t frames() const { return frames_; }  // in the range so far
  // Rows in the range so far that the lane's `only` and `except` leave out; that max_rate and on_change would
  // of what is left.
  [[nodiscard]] std::uint64_t unwanted() const { return unwanted_; }
  [[nodiscard]] std::uint64_t too_many() const { return too_many_; }
  [[nodiscard]] std::uint64_t missing() const { return missing_; }  // places that it came over
  // What the journal has lost before the last batch: what was before its oldest, and those places.
  [[nodiscard]] const std::vector<sqlite::LostStretch>& lost() const { return lost_; }
  [[nodiscard]] const Diagnostics& warnings() const { return warnings_; }  // of the DBCs, so far
  [[nodiscard]] std::vector<std::string> channels_not_met() const;         // that were named

 private:
  struct Catalogs {
    CompiledCatalogPtr before, after;
  };

  AgainLog(JournalArchive archive, NewDecoding decoding, TimeRange range);

  sqlite::AgainBatch let_through(const BatchPtr& before, const BatchPtr& after);
  void note_lost(const JournalReader::Item& item);
  sqlite::AgainBatch tell_lost(CatalogPtr anew);
  Result<const Catalogs*> catalogs_of(const Digest& digest);
  Status redefine(CatalogSpec& spec);
  // nullopt: nothing is said about it.
  [[nodiscard]] std::optional<std::vector<DbcText>> configured(const CatalogSpec& spec,
                                                               const ChannelInfo& channel) const;
  [[nodiscard]] bool matters(const RawBatch& raw, const Catalogs& catalogs) const;

  JournalArchive archive_;
  NewDecoding decoding_;
  TimeRange range_;
  CatalogCompiler compiler_;
  BatchDecoder before_, after_;
  LaneFilter before_wanted_, after_wanted_, through_;  // the first two by `only` and `except` alone
  std::map<Digest, Catalogs> catalogs_;
  std::set<std::string> met_;
  Diagnostics warnings_;
  std::optional<JournalReader::Item> ahead_;  // read, and not yet handed over
  std::deque<GapRecord> owed_;                // what is missing in the range before it
  std::uint64_t frames_ = 0, missing_ = 0, unwanted_ = 0, too_many_ = 0;
  Position end_;  // of the last batch
  std::vector<sqlite::LostStretch> lost_;
};

}  // namespace cantrail::cli
