#include "sinks/sqlite/replacement.hpp"

#include <algorithm>

#include <sqlite3.h>

#include "base/file.hpp"
#include "decode/transport/plan.hpp"
#include "sinks/sqlite/block_key.hpp"
#include "sinks/sqlite/schema.hpp"

namespace cantrail::sqlite {
namespace {

constexpr int kWaitMs = 10'000;  // for the node's transaction

}  // namespace

bool is_decoded(const StreamInfo& stream) {
  return stream.named_signal || stream.row->can_id.has_value() || transport::is_made_here(*stream.row);
}

Replacement::Replacement(Database database, const JournalId& journal, std::int64_t from_ns,
                         std::int64_t to_ns)
    : database_(std::move(database)),
      journal_(journal),
      from_ns_(from_ns),
      to_ns_(to_ns),
      streams_(database_),
      stored_(database_),
      rollups_(database_) {}

Replacement::~Replacement() {
  database_.rollback();
}

Result<std::unique_ptr<Replacement>> Replacement::open(const std::string& path, const JournalId& journal,
                                                       std::int64_t from_ns, std::int64_t to_ns) {
  const auto type = real_file_system().type(path);
  if (!type || *type != FileType::regular)
    return Fault{FaultKind::rejected, path + " is no history: it is not there"};
  Result<Database> database = Database::open(path, Access::write);
  if (!database) return database.fault();
  const Result<std::int64_t> owner = database->number("PRAGMA application_id");
  if (!owner) return owner.fault();
  const Result<std::int64_t> version = database->number("PRAGMA user_version");
  if (!version) return version.fault();
  if (*owner != kApplicationId || *version != kSchemaVersion) {
    return Fault{FaultKind::rejected,
                 path +
                     " is no history of this cantrail; one of an older release is brought "
                     "up to date when its node opens it"};
  }
  sqlite3_busy_timeout(database->handle(), kWaitMs);
  // The node's connection writes the log back; this one only where it grows.
  if (Status set =
          database->run("PRAGMA synchronous=NORMAL; PRAGMA secure_delete=OFF; PRAGMA cache_size=-16384");
      !set) {
    return set.fault();
  }
  std::unique_ptr<Replacement> made(new Replacement(std::move(*database), journal, from_ns, to_ns));
  if (Status found = made->find_end(); !found) return found.fault();
  if (Status loaded = made->stored_.load(); !loaded) return loaded.fault();
  if (made->stored_.has_plain_rows(from_ns, to_ns - 1)) {
    return Fault{
        FaultKind::rejected,
        path +
            " has rows in this time that are not packed (rows = \"plain\"): they cannot be replaced. "
            "Decode into a new history instead"};
  }
  return made;
}

// Of several lanes (a sink was renamed) the farthest.
Status Replacement::find_end() {
  Result<Statement> find = database_.prepare(
      "SELECT epoch, seq, idx FROM cursor WHERE journal=? ORDER BY epoch DESC, seq DESC, idx DESC LIMIT 1");
  if (!find) return find.status();
  find->bind(1, std::span<const std::uint8_t>(journal_.bytes));
  const int code = find->step();
  if (code == SQLITE_DONE) {
    return {FaultKind::rejected,
            database_.path() + " has nothing of this journal: decode into a new history"};
  }
  if (code != SQLITE_ROW) return database_.fault("cannot read the cursor");
  end_ = {journal_, static_cast<std::uint32_t>(find->integer(0)),
          static_cast<std::uint64_t>(find->integer(1)), static_cast<std::uint32_t>(find->integer(2))};
  return {};
}

Status Replacement::replace(Group group, const RowChanged& changed) {
  if (group.empty()) return {};
  if (Status begun = database_.run("BEGIN IMMEDIATE"); !begun) return begun;
  Status done = begin(group);
  if (done) done = gather(group);
  if (done) done = replace_all(group, changed);
  if (done) done = database_.run("COMMIT");
  if (!done) {
    database_.rollback();
    streams_.forget();
    return done;
  }
  rows_.written += group_rows_.written;
  rows_.kept += group_rows_.kept;
  rows_.expired += group_rows_.expired;
  int in_log = 0, written = 0;  // tried with each group; the node does it as well
  (void)sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &written);
  return {};
}

Status Replacement::begin(Group group) {
  group_rows_ = {};
  fresh_.clear();
  newest_.clear();
  gone_.clear();
  places_.assign(group.size(), std::nullopt);
  streams_.forget();  // the node may have entered some
  if (Status loaded = load_names(); !loaded) return loaded;
  if (Status loaded = stored_.load(); !loaded) return loaded;
  if (Status begun = rollups_.begin(); !begun) return begun;
  const Result<std::int64_t> origin = streams_.origin(group.front().after->raw->position);
  if (!origin) return origin.status();
  origin_ = *origin;
  use(group);
  return {};
}

Status Replacement::load_names() {
  names_.clear();
  numbers_.clear();
  Result<Statement> all = database_.prepare("SELECT id, channel, message FROM stream");
  if (!all) return all.status();
  int code = all->step();
  for (; code == SQLITE_ROW; code = all->step()) {
    Name name{all->text(1), all->text(2)};
    numbers_[name] = all->integer(0);
    names_[all->integer(0)] = std::move(name);
  }
  return code == SQLITE_DONE ? Status{} : database_.fault("cannot read the streams");
}

void Replacement::use(Group group) {
  const CatalogPtr& before = group.front().before->raw->catalog;
  const CatalogPtr& after = group.front().after->raw->catalog;
  delivered_.clear();
  skip_delivered(*before);
  if (before == before_ && after == after_) return;
  before_ = before;
  after_ = after;
  text_.emplace(*after);
  std::map<Name, StreamId> known;
  for (StreamId stream = 0; stream < before->streams.size(); ++stream) {
    known[{channel_of(*before, stream), before->streams[stream].row->name}] = stream;
  }
  before_of_.assign(after->streams.size(), std::nullopt);
  for (StreamId stream = 0; stream < after->streams.size(); ++stream) {
    const auto found = known.find({channel_of(*after, stream), after->streams[stream].row->name});
    if (found != known.end()) before_of_[stream] = found->second;
  }
}

void Replacement::skip_delivered(const Catalog& catalog) {
  for (StreamId stream = 0; stream < catalog.streams.size(); ++stream) {
    if (is_decoded(catalog.streams[stream])) continue;
    const auto number = numbers_.find({channel_of(catalog, stream), catalog.streams[stream].row->name});
    if (number != numbers_.end()) delivered_.insert(number->second);
  }
  ever_delivered_.insert(delivered_.begin(), delivered_.end());
}

Result<RowsLeft> Replacement::rows_of(std::span<const LostStretch> lost) {
  return sqlite::rows_of(database_, lost, from_ns_, to_ns_, ever_delivered_);
}

std::optional<std::size_t> Replacement::batch_of(Group group, std::int64_t seq) const {
  const auto seq_of = [](const AgainBatch& one) {
    return static_cast<std::int64_t>(one.after->raw->position.seq);
  };
  const auto found = std::ranges::lower_bound(group, seq, {}, seq_of);
  if (found == group.end() || seq_of(*found) != seq) return std::nullopt;
  return static_cast<std::size_t>(found - group.begin());
}

// Minutes of all frames, since the history may have rows of them that neither catalog decodes: of an earlier
// decoding anew.
Status Replacement::gather(Group group) {
  for (std::size_t i = 0; i < group.size(); ++i) {
    for (const std::int64_t time : group[i].after->raw->frames.time_ns()) {
      if (time >= from_ns_ && time < to_ns_) fresh_.try_emplace(floor_div(time, kMinuteNs));
    }
    for (const StreamBlock& block : group[i].before->blocks) {
      for (const std::int64_t time : block.time_ns()) fresh_.try_emplace(floor_div(time, kMinuteNs));
    }
    for (const StreamBlock& block : group[i].after->blocks) {
      if (Status gathered = gather(group, i, block); !gathered) return gathered;
    }
  }
  return {};
}

Status Replacement::gather(Group group, std::size_t batch, const StreamBlock& block) {
  const Batch& after = *group[batch].after;
  // Of a stream that the history does not know, the captured rows were left out.
  const bool known =
      numbers_.contains({channel_of(*after_, block.stream()), after_->streams[block.stream()].row->name});
  std::optional<std::int64_t> number;
  const auto last = static_cast<std::uint32_t>(std::max<std::size_t>(after.raw->records(), 1) - 1);
  for (std::uint32_t row = 0; row < block.rows(); ++row) {
    NewRow fresh;
    const std::uint32_t record = block.frame().empty() ? last : block.frame()[row];
    fresh.key = {static_cast<std::int64_t>(after.raw->position.seq), record, block.time_ns()[row]};
    fresh.batch = batch;
    fresh.block = &block;
    fresh.row = row;
    fresh.had_rows = had_rows(*group[batch].before, block.stream(), record, fresh.key.time_ns);
    if (fresh.had_rows > 0 && !known) continue;
    if (!number) {
      const Result<std::int64_t> entered = number_of(block.stream());
      if (!entered) return entered.status();
      number = *entered;
    }
    fresh_[floor_div(fresh.key.time_ns, kMinuteNs)][*number].push_back(fresh);
  }
  return {};
}

std::size_t Replacement::had_rows(const Batch& before, StreamId after, std::uint32_t record,
                                  std::int64_t time_ns) const {
  const std::optional<StreamId> stream = before_of_[after];
  if (!stream) return 0;
  const auto block = std::ranges::lower_bound(before.blocks, *stream, {}, &StreamBlock::stream);
  if (block == before.blocks.end() || block->stream() != *stream) return 0;
  const auto frames = block->frame();
  if (!frames.empty()) {
    return static_cast<std::size_t>(std::ranges::upper_bound(frames, record) -
                                    std::ranges::lower_bound(frames, record));
  }
  return static_cast<std::size_t>(std::ranges::count(block->time_ns(), time_ns));
}

Result<std::int64_t> Replacement::number_of(StreamId after) {
  const Result<const Streams::Entry*> entry = streams_.entry(*after_, after);
  if (!entry) return entry.fault();
  if ((*entry)->id >= kMostStreams) {
    return Fault{FaultKind::rejected, database_.path() + ": it knows too many streams; begin another file"};
  }
  names_[(*entry)->id] = {channel_of(*after_, after), after_->streams[after].row->name};
  return (*entry)->id;
}

Status Replacement::replace_all(Group group, const RowChanged& changed) {
  for (const auto& [minute, streams] : fresh_) {
    if (Status done = replace_minute(group, minute, changed); !done) return done;
  }
  if (Status done = rollups_.finish(); !done) return done;
  return write_latest(group);
}

}  // namespace cantrail::sqlite
