// Rows that were decoded again take the place of those that a history has of the same records: rows, packed
// or plain, the rollups of their seconds, minutes and hours, and `latest`, in one transaction a group.
// Cursors and gaps stay. The history's node may write meanwhile.
//
// What decides is the record's place in the journal. A row is replaced where the history has it; added, if
// its lane lets it through, where the captured catalog had no such row; left out where it had one that the
// history does not have, since its lane or `keep` left it out. A message that is called otherwise now, of the
// same identifier, is the same message. What cannot be replaced exactly stays as it is: rows of other
// journals, rows of records that are not handed over, and minutes of a stream whose rollups count rows that
// are gone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/batch.hpp"
#include "sinks/sqlite/database.hpp"
#include "sinks/sqlite/latest_row.hpp"
#include "sinks/sqlite/rollups_again.hpp"
#include "sinks/sqlite/row_chunk.hpp"
#include "sinks/sqlite/row_text.hpp"
#include "sinks/sqlite/rows_left.hpp"
#include "sinks/sqlite/stored_rows.hpp"
#include "sinks/sqlite/streams.hpp"

namespace cantrail::sqlite {

// Whether its rows come of frames; others are delivered by sources, and nothing decodes them again.
[[nodiscard]] bool is_decoded(const StreamInfo& stream);

// The same records, decoded as they were captured and decoded again; all hold rows of the range only, and of
// these the streams and fields that the lane's `only` and `except` let through.
struct AgainBatch {
  BatchPtr before, after;
  BatchPtr through = nullptr;  // what max_rate and on_change leave of `after`; nullptr: all of it

  [[nodiscard]] const BatchPtr& let_through() const { return through ? through : after; }
};

// One row of a block; none: it is not there.
struct RowAt {
  const RowSchema* schema = nullptr;
  const StreamBlock* block = nullptr;
  std::uint32_t row = 0;
  explicit operator bool() const { return block != nullptr; }
};

// A row's past and future; one of them may be missing.
using RowChanged = std::function<void(const std::string& channel, const std::string& message, WallTime time,
                                      const RowAt& before, const RowAt& after)>;

struct ReplacedRows {
  std::uint64_t written = 0;   // rows that are new or different
  std::uint64_t kept = 0;      // rows that stay, since their rollups count more than there is
  std::uint64_t expired = 0;   // new rows that `keep` would have removed by now
  std::uint64_t left_out = 0;  // that the history does not have, or that its lane does not let through
};

// A connection of its own. Not thread-safe.
class Replacement {
 public:
  // [from_ns, to_ns) of rows. Faults: rejected (no such file, no history, nothing in it of this journal), and
  // those of the file.
  static Result<std::unique_ptr<Replacement>> open(const std::string& path, const JournalId& journal,
                                                   std::int64_t from_ns, std::int64_t to_ns);
  ~Replacement();

  // The history has nothing behind this yet: its node has still to write it.
  [[nodiscard]] const Position& end() const { return end_; }

  // The message's identifier as the history has it; nullopt: it has never had rows of it.
  struct Known {
    std::optional<std::uint32_t> can_id;
  };
  [[nodiscard]] std::optional<Known> known(const std::string& channel, const std::string& message) const;

  // Batches of one epoch and of the same two catalogs, before end(). After a fault nothing of the group has
  // changed; all of it may be handed over again, now or later.
  Status replace(std::span<const AgainBatch> group, const RowChanged& changed);
  [[nodiscard]] const ReplacedRows& rows() const { return rows_; }

  // Rows that stay as they are, since the journal has lost these stretches. Once all groups have been.
  Result<RowsLeft> rows_of(std::span<const LostStretch> lost);

 private:
  // A row's place: all that tells two rows of one stream apart.
  struct RowKey {
    std::int64_t seq = 0, record = 0, time_ns = 0;
    auto operator<=>(const RowKey&) const = default;
  };
  struct OldRow {
    RowKey key;
    std::size_t chunk = 0;
    std::uint32_t row = 0;
  };
  struct NewRow {
    RowKey key;
    std::size_t batch = 0;  // in the group
    const StreamBlock* block = nullptr;
    std::uint32_t row = 0;
    std::size_t had_rows = 0;  // of this message and record, under the captured catalog
    // Whose place it takes; nullptr: it is new.
    const StoredChunk* was = nullptr;
    std::uint32_t was_row = 0;
  };
  // One stream's rows of one minute.
  struct Exchange {
    std::int64_t minute = 0, stream = 0;
    std::vector<StoredChunk> chunks;  // all that the file has
    std::vector<OldRow> old;          // what is to go, ascending
    std::vector<NewRow> fresh;        // what takes its place, ascending
    bool stays = false;               // as it is: what would take the place of its rows cannot be written
    // Of rollups to be counted again, once it is decided that rows are exchanged.
    std::optional<RollupsAgain::Levels> levels;
    std::int64_t stored_ns = 0;  // of what is put in
  };
  using Exchanges = std::map<std::int64_t, Exchange>;  // by stream
  using Group = std::span<const AgainBatch>;
  using Name = std::pair<std::string, std::string>;  // channel, message

  Replacement(Database database, const JournalId& journal, std::int64_t from_ns, std::int64_t to_ns);

  Status find_end();
  Status load_names();
  Status begin(Group group);
  void use(Group group);
  void find_before();
  void find_former();
  void skip_delivered(const Catalog& catalog);
  [[nodiscard]] std::optional<std::size_t> batch_of(Group group, std::int64_t seq) const;

  void gather(Group group);
  enum class Rows : unsigned char { replacing, additional };
  void gather(Group group, std::size_t batch, const StreamBlock& block, Rows wanted);
  [[nodiscard]] std::size_t had_rows(const Batch& before, StreamId after, std::uint32_t record,
                                     std::int64_t time_ns) const;
  [[nodiscard]] std::optional<std::int64_t> known_number(StreamId after) const;
  Result<std::int64_t> number_of(StreamId after);

  Status replace_all(Group group, const RowChanged& changed);
  Status replace_minute(Group group, std::int64_t minute, const RowChanged& changed);
  Result<Exchanges> exchanges_of(Group group, std::int64_t minute);
  void find_old(Group group, Exchange& exchange) const;
  Result<bool> can_count(const Exchange& exchange);
  Result<std::vector<const Exchange*>> sources_of(Exchanges& exchanges, std::int64_t stream, StreamId after);
  void leave_out(Exchange& exchange, std::span<const Exchange* const> sources);
  void note_places(Group group, std::span<const StoredChunk> chunks);
  Status decide(Group group, Exchange& exchange, const RowChanged& changed);
  Result<bool> alike(Group group, const Exchange& exchange);
  bool same_plain(Group group, const PlainRow& old, const NewRow& fresh, const Streams::Entry& entry);
  void tell(const Exchange& exchange, const RowChanged& changed) const;
  Status put_in(Group group, Exchange& exchange);
  Status count_minute(std::int64_t minute, const Exchanges& exchanges);
  [[nodiscard]] std::optional<std::int64_t> place_of(Group group, const NewRow& row) const;
  void note_latest(const Exchange& exchange, std::span<const NewRow> written);
  Status take_out(const Exchange& exchange);
  Status put_packed(Group group, const Exchange& exchange, std::int64_t partition,
                    std::span<const NewRow> rows);
  Status put_plain(Group group, std::int64_t partition, std::span<const NewRow> rows);
  RowValues values_of(Group group, const NewRow& row, const Streams::Entry& entry);
  Status write_latest(Group group);
  Status write_latest(Group group, std::int64_t stream, LatestRows& latest);

  Database database_;
  JournalId journal_;
  std::int64_t from_ns_, to_ns_;
  Position end_;
  Streams streams_;
  StoredRows stored_;
  RollupsAgain rollups_;
  ChunkPacker packer_;
  RowMaker maker_;
  CatalogPtr before_, after_;
  std::optional<RowText> text_;  // of after_
  std::set<Name> after_names_;   // of its streams
  // By the stream's id in after_: those of before_ that it takes the place of.
  std::vector<std::vector<StreamId>> before_of_;
  std::optional<std::int64_t> place_;  // partition of the last batch that has rows
  ReplacedRows rows_;

  // Of the group at hand.
  ReplacedRows group_rows_;
  std::int64_t origin_ = 0;
  std::map<std::int64_t, Name> names_;                            // of the file's streams
  std::map<Name, std::int64_t> numbers_;                          // the other way round
  std::map<std::int64_t, std::optional<std::uint32_t>> can_ids_;  // of the file's streams
  // By the stream's id in after_: those of the file that have its message by a name that is no longer used.
  std::vector<std::vector<std::int64_t>> former_;
  std::set<std::int64_t> delivered_;       // streams whose rows a source delivers: nothing decodes them
  std::set<std::int64_t> ever_delivered_;  // of all groups
  std::map<std::int64_t, std::map<StreamId, std::vector<NewRow>>> fresh_;  // by minute
  std::vector<std::optional<std::int64_t>> places_;                        // partition of each batch
  std::map<std::int64_t, NewRow> newest_;                                  // by stream
  std::map<std::int64_t, std::set<RowKey>> gone_;                          // by stream
};

}  // namespace cantrail::sqlite
