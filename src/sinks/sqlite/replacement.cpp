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

std::pair<std::string, std::string> name_of(const Catalog& catalog, StreamId stream) {
  return {channel_of(catalog, stream), catalog.streams[stream].row->name};
}

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
  if (Status loaded = made->load_names(); !loaded) return loaded.fault();
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
  if (done) {
    gather(group);
    done = replace_all(group, changed);
  }
  if (done) done = database_.run("COMMIT");
  if (!done) {
    database_.rollback();
    streams_.forget();
    return done;
  }
  rows_.written += group_rows_.written;
  rows_.kept += group_rows_.kept;
  rows_.expired += group_rows_.expired;
  rows_.left_out += group_rows_.left_out;
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
  can_ids_.clear();
  Result<Statement> all = database_.prepare("SELECT id, channel, message, can_id FROM stream");
  if (!all) return all.status();
  int code = all->step();
  for (; code == SQLITE_ROW; code = all->step()) {
    Name name{all->text(1), all->text(2)};
    numbers_[name] = all->integer(0);
    std::optional<std::uint32_t>& can_id = can_ids_[all->integer(0)];
    if (!all->is_null(3)) can_id = static_cast<std::uint32_t>(all->integer(3));
    names_[all->integer(0)] = std::move(name);
  }
  return code == SQLITE_DONE ? Status{} : database_.fault("cannot read the streams");
}

std::optional<Replacement::Known> Replacement::known(const std::string& channel,
                                                     const std::string& message) const {
  const auto number = numbers_.find({channel, message});
  if (number == numbers_.end()) return std::nullopt;
  return Known{can_ids_.at(number->second)};
}

void Replacement::use(Group group) {
  const CatalogPtr& before = group.front().before->raw->catalog;
  const CatalogPtr& after = group.front().after->raw->catalog;
  delivered_.clear();
  skip_delivered(*before);
  if (before != before_ || after != after_) {
    before_ = before;
    after_ = after;
    text_.emplace(*after);
    after_names_.clear();
    for (StreamId stream = 0; stream < after->streams.size(); ++stream)
      after_names_.insert(name_of(*after, stream));
    find_before();
  }
  find_former();
}

// Streams of its name, and those of its identifier whose name is no longer used.
void Replacement::find_before() {
  before_of_.assign(after_->streams.size(), {});
  for (StreamId old = 0; old < before_->streams.size(); ++old) {
    const Name name = name_of(*before_, old);
    const std::optional<std::uint32_t> can_id = before_->streams[old].row->can_id;
    const bool is_used = after_names_.contains(name);
    for (StreamId stream = 0; stream < after_->streams.size(); ++stream) {
      const Name now = name_of(*after_, stream);
      const bool is_former =
          !is_used && can_id && now.first == name.first && after_->streams[stream].row->can_id == can_id;
      if (now == name || is_former) before_of_[stream].push_back(old);
    }
  }
}

void Replacement::find_former() {
  former_.assign(after_->streams.size(), {});
  std::map<std::pair<std::string, std::uint32_t>, std::vector<std::int64_t>> unused;
  for (const auto& [number, name] : names_) {
    const std::optional<std::uint32_t> can_id = can_ids_.at(number);
    if (can_id && !after_names_.contains(name) && !delivered_.contains(number))
      unused[{name.first, *can_id}].push_back(number);
  }
  for (StreamId stream = 0; stream < after_->streams.size() && !unused.empty(); ++stream) {
    const std::optional<std::uint32_t> can_id = after_->streams[stream].row->can_id;
    if (!can_id) continue;
    const auto found = unused.find({channel_of(*after_, stream), *can_id});
    if (found != unused.end()) former_[stream] = found->second;
  }
}

void Replacement::skip_delivered(const Catalog& catalog) {
  for (StreamId stream = 0; stream < catalog.streams.size(); ++stream) {
    if (is_decoded(catalog.streams[stream])) continue;
    const auto number = numbers_.find(name_of(catalog, stream));
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
void Replacement::gather(Group group) {
  for (std::size_t i = 0; i < group.size(); ++i) {
    for (const std::int64_t time : group[i].after->raw->frames.time_ns()) {
      if (time >= from_ns_ && time < to_ns_) fresh_.try_emplace(floor_div(time, kMinuteNs));
    }
    for (const StreamBlock& block : group[i].before->blocks) {
      for (const std::int64_t time : block.time_ns()) fresh_.try_emplace(floor_div(time, kMinuteNs));
    }
    for (const StreamBlock& block : group[i].after->blocks) gather(group, i, block, Rows::replacing);
    for (const StreamBlock& block : group[i].let_through()->blocks) gather(group, i, block, Rows::additional);
  }
}

void Replacement::gather(Group group, std::size_t batch, const StreamBlock& block, Rows wanted) {
  const RawBatch& raw = *group[batch].after->raw;
  // Of a message that the history does not know, the captured rows were left out.
  const bool known = known_number(block.stream()) || !former_[block.stream()].empty();
  const auto last = static_cast<std::uint32_t>(std::max<std::size_t>(raw.records(), 1) - 1);
  for (std::uint32_t row = 0; row < block.rows(); ++row) {
    NewRow fresh;
    const std::uint32_t record = block.frame().empty() ? last : block.frame()[row];
    fresh.key = {static_cast<std::int64_t>(raw.position.seq), record, block.time_ns()[row]};
    fresh.batch = batch;
    fresh.block = &block;
    fresh.row = row;
    fresh.had_rows = had_rows(*group[batch].before, block.stream(), record, fresh.key.time_ns);
    const bool is_additional = fresh.had_rows == 0;
    if (wanted == Rows::replacing && (is_additional || !known)) {
      ++group_rows_.left_out;  // so far, if it is additional
      continue;
    }
    if (wanted == Rows::additional) {
      if (!is_additional) continue;
      --group_rows_.left_out;
    }
    fresh_[floor_div(fresh.key.time_ns, kMinuteNs)][block.stream()].push_back(fresh);
  }
}

std::size_t Replacement::had_rows(const Batch& before, StreamId after, std::uint32_t record,
                                  std::int64_t time_ns) const {
  std::size_t rows = 0;
  for (const StreamId stream : before_of_[after]) {
    const auto block = std::ranges::lower_bound(before.blocks, stream, {}, &StreamBlock::stream);
    if (block == before.blocks.end() || block->stream() != stream) continue;
    const auto frames = block->frame();
    rows += static_cast<std::size_t>(frames.empty() ? std::ranges::count(block->time_ns(), time_ns)
                                                    : std::ranges::upper_bound(frames, record) -
                                                          std::ranges::lower_bound(frames, record));
  }
  return rows;
}

std::optional<std::int64_t> Replacement::known_number(StreamId after) const {
  const auto number = numbers_.find(name_of(*after_, after));
  return number == numbers_.end() ? std::nullopt : std::optional(number->second);
}

Result<std::int64_t> Replacement::number_of(StreamId after) {
  const Result<const Streams::Entry*> entry = streams_.entry(*after_, after);
  if (!entry) return entry.fault();
  if ((*entry)->id >= kMostStreams) {
    return Fault{FaultKind::rejected, database_.path() + ": it knows too many streams; begin another file"};
  }
  names_[(*entry)->id] = name_of(*after_, after);
  numbers_[name_of(*after_, after)] = (*entry)->id;
  can_ids_[(*entry)->id] = (*entry)->can_id;
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
